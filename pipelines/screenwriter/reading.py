"""Reads a prompt: from a parsed sentence to a premise (who does what to whom, where, when, with what, why)."""

from __future__ import annotations

import re
from typing import Any

from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.kinds import FRAMES, plot_kind
from pipelines.screenwriter.names import gender_of
from pipelines.screenwriter.premise import Being, Clause, Deed, Place, Premise

_AT = {
    "in",
    "on",
    "at",
    "inside",
    "under",
    "aboard",
    "near",
    "by",
    "beside",
    "behind",
    "beneath",
    "among",
    "within",
    "outside",
    "underneath",
    "below",
    "above",
    "over",
    "atop",
    "between",
}
_PATH = {"through", "across", "along", "around", "past", "over", "from", "of"}
_TO = {"to", "into", "toward", "towards", "onto", "for"}
_BUNCH = {
    "group",
    "pair",
    "team",
    "family",
    "herd",
    "flock",
    "crew",
    "band",
    "gang",
    "pack",
    "bunch",
    "couple",
    "class",
    "number",
    "trio",
    "duo",
    "colony",
    "troupe",
    "army",
    "crowd",
}
_PART = {"piece", "slice", "cup", "bit", "bowl", "glass", "bottle", "bag", "box", "basket", "kind", "sort", "pot", "jar", "bunch"}
_SEASONS = {
    "winter": "winter",
    "spring": "spring",
    "summer": "summer",
    "autumn": "autumn",
    "christmas": "winter",
    "halloween": "autumn",
    "harvest": "autumn",
    "snow": "winter",
    "blizzard": "winter",
}
_AGES = {
    "old": "old",
    "elderly": "old",
    "ancient": "old",
    "aged": "old",
    "retired": "old",
    "young": "young",
    "teenage": "young",
    "little": "child",
    "small": "",
    "tiny": "",
    "baby": "child",
    "newborn": "child",
}
_WHEN = {
    "day",
    "night",
    "evening",
    "morning",
    "afternoon",
    "dawn",
    "dusk",
    "sunset",
    "sunrise",
    "midnight",
    "noon",
    "twilight",
    "time",
    "year",
    "week",
    "month",
    "hour",
    "eve",
    "winter",
    "summer",
    "spring",
    "autumn",
    "christmas",
    "nightfall",
    "today",
    "once",
    "moonlight",
    "halloween",
    "hour",
    "minute",
    "season",
    "century",
    "weekend",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
}
_SKY = {"rain", "snow", "storm", "thunderstorm", "blizzard", "fog", "mist", "wind", "sun", "dark", "cold", "heat", "moonlight", "sunshine"}
_REASONS = {"because", "since", "after", "before", "until", "till", "when", "while", "as", "so", "if", "although", "though", "unless", "once", "whenever"}


class Reader:
    """One sentence on its way to a premise."""

    def __init__(self, sentence: str) -> None:
        sentence, self.called = grammar.unname(sentence)
        self.doc, subject = grammar.settle(sentence)
        self.subject_doc = grammar.parse(subject) if subject else None
        self.root = next((token for token in self.doc if token.dep_ == "ROOT"), self.doc[0])
        self.dropped: set[int] = set()  # tokens told elsewhere: place, time, further clauses

    # ------------------------------------------------------------ beings

    def being(self, token: Any) -> Being:
        """What a noun token and its modifiers name."""
        if token.lower_ in _BUNCH and (inner := self._of(token)) is not None:
            return _replace(
                self.being(inner),
                plural=True,
                count=3 if token.lower_ not in {"pair", "couple", "duo"} else 2,
                phrase=grammar.render(token.subtree),
                definite=False,
            )
        if token.lower_ in _PART and (inner := self._of(token)) is not None:
            return self.being(inner)
        left = [
            child
            for child in token.lefts
            if child.dep_ in {"amod", "compound", "nummod", "poss", "det", "nmod", "advmod", "npadvmod"} or child.pos_ in {"ADJ", "PROPN"}
        ]
        flat = sorted({t for child in left for t in ([child] if child.dep_ == "poss" else child.subtree)}, key=lambda t: t.i)
        owner, adjectives, compounds, names, count, definite = "", [], [], [], 1, False
        for t in flat:
            if t.dep_ == "poss" and t.head == token:
                owner = grammar.render(t.subtree)
            elif t.pos_ == "DET" or t.lower_ in {"a", "an", "the"}:
                definite = definite or t.lower_ in {"the", "this", "that"}
            elif t.pos_ == "NUM" or t.dep_ == "nummod":
                count = _count(t.lower_)
            elif t.tag_ == "POS" or t.is_punct or t.dep_ == "case" or any(p.dep_ == "poss" and p.head == token for p in t.ancestors):
                continue
            elif t.pos_ == "PROPN" and t.text[0].isupper() and not _common(t.text):
                names.append(t.text)
            elif t.dep_ in {"compound", "nmod"} or (t.pos_ == "NOUN" and t.dep_ != "amod"):
                compounds.append(t.text.lower() if _common(t.text) else t.text)
            else:
                adjectives.append(t.lower_ if not t.text.isupper() else t.text)
        head, noun, name = token.text, "", ""
        owner = owner[:1].lower() + owner[1:] if owner.lower().startswith(("the ", "a ", "an ", "his ", "her ", "my ", "their ", "our ", "its ")) else owner
        plural = token.tag_ in {"NNS", "NNPS"} and count != 1 or (token.tag_ in {"NNS", "NNPS"} and count == 1) or count > 1
        proper = token.pos_ == "PROPN" and token.text[0].isupper() and not _common(token.text)
        if proper:
            name = " ".join([*names, head])
            noun = " ".join(compounds)
            role = [w for w in adjectives if w in {"captain", "doctor", "grandma", "grandpa", "king", "queen", "professor"}]
            if not noun and role:
                noun = role[-1]
            if noun in {
                "captain",
                "doctor",
                "grandma",
                "grandpa",
                "king",
                "queen",
                "prince",
                "princess",
                "professor",
                "sir",
                "lady",
                "aunt",
                "uncle",
                "mr",
                "mrs",
            }:
                name = f"{noun.capitalize()} {name}"
        else:
            single = words.singular(head.lower()) if plural else head.lower()
            noun, name = " ".join([*compounds, single]), " ".join(names)
            if adjectives and f"{adjectives[-1]} {noun}" in lexicon.COMPOUNDS:
                noun = f"{adjectives.pop()} {noun}"
            name = name or self.called.pop(noun, "")
        appos = next((c for c in token.rights if c.dep_ == "appos" and c.pos_ in {"NOUN", "PROPN"}), None)
        kind = lexicon.kind_of(noun) if noun else ""
        if appos is not None:
            second = self.being(appos)
            if (name or second.name) and not (name and second.name):
                name = name or second.name
                noun, adjectives, kind = second.noun or noun, [*adjectives, *second.adjectives], second.kind if second.noun else kind
        called = next((c for c in token.rights if c.dep_ == "acl" and c.lemma_ in {"name", "call"}), None)
        if called is not None:
            named = [t.text for t in called.subtree if t.pos_ == "PROPN" or (t.text[0].isupper() and t.i > called.i)]
            name = " ".join(named) or name
        if proper and name.split()[0].lower() in _AGES and len(name.split()) > 1 and not noun:
            pass
        ent = token.ent_type_
        if not noun and kind == "":
            kind = "place" if ent in {"GPE", "LOC", "FAC"} or lexicon.place_kind(name) else "human"
        if name and kind in {"thing", "force", "place"} and ent == "PERSON" and noun and lexicon.kind_of(noun) == "thing" and not proper:
            kind = "human"
        tail = self._tail(token, appos, called)
        first = name.split()[0].lower() if name else ""
        age = next((_AGES[w] for w in [*adjectives, first, *noun.split()] if _AGES.get(w)), "")
        if not age:
            age = next((a for a in ("child", "old", "young") if noun.split()[-1:] and noun.split()[-1] in lexicon.group(a)), "adult")
        gender = (
            "female"
            if noun.split()[-1:] and noun.split()[-1] in lexicon.group("female")
            else "male"
            if noun.split()[-1:] and noun.split()[-1] in lexicon.group("male")
            else gender_of(name)
        )
        if gender == "neutral" and "mother" in noun.split():
            gender = "female"
        return Being(
            noun=noun, head=noun.split()[-1] if noun else head, adjectives=tuple(a for a in adjectives if a not in {"same", "own"}), name=name, count=count, plural=plural and kind != "human" or (plural and not proper),
            kind=kind or "thing", gender=gender, age=age, owner=owner, tail=tail, definite=definite or bool(owner), proper=proper and kind == "place", phrase=self._phrase(token),
        )  # fmt: skip

    def _phrase(self, token: Any) -> str:
        """The noun with what stands before it and its of-phrase: "a piece of cheese"; clauses about it are left to the tail."""
        after = {t.i for c in token.rights if not (c.dep_ == "prep" and c.lower_ == "of") and c.dep_ not in {"case"} and c.tag_ != "POS" for t in c.subtree}
        return grammar.render(t for t in token.subtree if t.i not in self.dropped and t.i not in after)

    def _of(self, token: Any) -> Any:
        prep = next((c for c in token.rights if c.dep_ == "prep" and c.lower_ == "of"), None)
        return next((c for c in prep.children if c.dep_ == "pobj"), None) if prep is not None else None

    def _tail(self, token: Any, *skip: Any) -> str:
        """Relative clauses and of-phrases that belong to the noun."""
        parts = [
            c
            for c in token.rights
            if c.dep_ in {"relcl", "acl", "prep"}
            and c not in skip
            and c.i not in self.dropped
            and not (c.dep_ == "prep" and c.lower_ not in {"of", "with", "about", "without", "for", "from", "between"})
        ]
        return " ".join(grammar.render(t for t in c.subtree if t.i not in self.dropped) for c in parts).strip()

    # ------------------------------------------------------------ the sentence

    def premise(self, text: str) -> Premise:
        """The whole premise."""
        root, doc = self.root, self.doc
        subject = next((c for c in root.children if c.dep_ in {"nsubj", "nsubjpass", "expl"}), None)
        verb = root if root.pos_ in {"VERB", "AUX"} else None
        if verb is None or subject is None:
            return self._noun_premise(text)
        clauses = self._clauses(verb, subject)
        place, goal_place = self._place(verb)
        self._when(verb)
        main, frame = self._core(verb)
        goal = self._goal(verb, main)
        hero = self._subject(subject)
        deed = self._deed(main if not frame else main, top=verb)
        side = self._companion(verb) or self._companion(main)
        mates = [c for c in subject.conjuncts if c.pos_ in {"NOUN", "PROPN"}]
        other = deed.object
        if deed.passive and (agent := self._agent(main)) is not None:
            other = agent
        if other is None or other.head in {"place", "role", "job", "time", "eye", "hand", "life", "side", "part", "turn", "friend", "love"}:
            other = self._oblique(main) or other
        if other is not None and side is not None and other.head == side.head:
            other = None
        if other is not None and other.head in {"himself", "herself", "itself", "themselves", "way"}:
            other = None
        if mates:
            mate = self.being(mates[0])
            if other is None and not goal_place:
                other = mate
            elif side is None:
                side = mate
        kind = self._kind(verb, main, frame, deed, other)
        if kind == "conflict" and deed.object is not None and (foe := self._foe(main)) is not None:
            other, side = foe, deed.object if deed.object.alive else side
        if deed.lemma == "fly" and deed.object is not None and deed.object.kind == "thing" and goal_place is None:
            kind = "bond" if side is not None else "dream"
        if deed.passive and kind in {"journey", "make"}:
            kind = "ordeal"
        if deed.lemma in {"walk", "run", "go"} and frame == "" and side is None and other is not None and other.alive and kind == "journey":
            side, other = other, None
        if deed.lemma == "stop" and deed.object is None:
            kind = "ordeal"
        goal = goal or self._sought(clauses)
        lemmas = [t.lemma_.lower() for t in doc] + [t.lower_ for t in doc]
        return Premise(
            text=text, hero=hero, deed=deed, other=other, side=side, kind=kind, place=place, goal_place=goal_place, time=lexicon.time_of(lemmas), weather=lexicon.weather_of(lemmas),
            season=next((_SEASONS[w] for w in lemmas if w in _SEASONS), ""), goal=goal, frame=frame, clauses=tuple(clauses), items=self._items(hero, other, place),
        )  # fmt: skip

    def _subject(self, token: Any) -> Being:
        if self.subject_doc is not None:
            inner = object.__new__(Reader)
            inner.doc, inner.subject_doc, inner.dropped, inner.called = self.subject_doc, None, set(), self.called
            inner.root = next(t for t in inner.doc if t.dep_ == "ROOT")
            nouns = [t for t in inner.doc if t.pos_ in {"NOUN", "PROPN"}]
            head = inner.root if inner.root.pos_ in {"NOUN", "PROPN"} else nouns[0] if nouns else inner.root
            return inner.being(head)
        if token.pos_ == "PRON":
            gender = {"she": "female", "he": "male"}.get(token.lower_, "neutral")
            if token.lower_ in {"she", "he", "i", "they", "we", "you", "someone", "somebody", "nobody", "everyone"}:
                return Being(noun="woman" if gender == "female" else "man" if gender == "male" else "traveler", head="traveler", kind="human", gender=gender)
        return self.being(token)

    def _core(self, verb: Any) -> tuple[Any, str]:
        """The verb that the sentence is about, behind wanting, learning and trying; and the frame verb."""
        if verb.lemma_ in FRAMES:
            inner = next((c for c in verb.rights if c.dep_ in {"xcomp", "ccomp"} and c.pos_ in {"VERB", "AUX"} and c.tag_ in {"VB", "VBG"}), None)
            if inner is None and verb.lemma_ in {"dream", "set", "long", "plan"}:
                inner = next((g for c in verb.rights if c.dep_ == "prep" for g in c.children if g.dep_ == "pcomp"), None)
            if inner is not None and not any(c.dep_ in {"dobj", "nsubj"} for c in verb.rights):
                return inner, str(verb.lemma_)
        return verb, ""

    def _clauses(self, verb: Any, subject: Any) -> list[Clause]:
        """Further clauses, taken out of the main one: second deeds, reasons, times, contrasts."""
        found: list[Clause] = []
        queue = [verb, *[c for c in verb.rights if c.dep_ in {"xcomp", "acomp", "dobj", "prep", "advmod"}]]
        while queue:
            head = queue.pop(0)
            for child in head.children:
                if child.dep_ == "conj" and child.pos_ in {"VERB", "AUX"} and child.i > head.i and (head == verb or head.dep_ == "conj" or (head.pos_ not in {"VERB", "AUX"} and child.tag_ in {"VBD", "VBZ", "VBP"})):
                    cc = next((c for c in head.rights if c.dep_ == "cc" and c.i < child.i), None)
                    own = next((c for c in child.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
                    mark = cc.lower_ if cc is not None else "and"
                    queue.append(child)
                    self._take(child, cc)
                    found.append(self._clause(child, own, mark))
                elif child.dep_ in {"advcl", "ccomp", "parataxis"} and child.pos_ in {"VERB", "AUX"}:
                    mark_token = next((c for c in child.children if c.dep_ in {"mark", "advmod"} and c.lower_ in _REASONS), None)
                    own = next((c for c in child.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
                    if mark_token is not None:
                        self._take(child, None)
                        self.dropped.add(mark_token.i)
                        found.append(self._clause(child, own, mark_token.lower_))
                    elif child.dep_ == "ccomp" and child.i < head.i and own is not None:  # "The bridge collapses and a boy must …"
                        self._take(child, None)
                        found.append(self._clause(child, own, "because"))
                    elif child.dep_ == "advcl" and child.tag_ == "VBG" and own is None:  # "…, looking for her brother"
                        self._take(child, None)
                        found.append(self._clause(child, None, "while"))
            for child in head.children:
                if (
                    child.dep_ == "prep"
                    and child.lower_ in {"until", "after", "before"}
                    and (inner := next((g for g in child.children if g.dep_ in {"pcomp", "pobj"}), None)) is not None
                ):
                    if inner.pos_ == "NOUN" and inner.lemma_ not in _WHEN:
                        self._take(child, None)
                        found.append(Clause(mark=child.lower_, text=grammar.render(inner.subtree), subject=self.being(inner)))
        return found

    def _take(self, child: Any, cc: Any) -> None:
        self.dropped.update(t.i for t in child.subtree)
        if cc is not None:
            self.dropped.add(cc.i)

    def _clause(self, verb: Any, subject: Any, mark: str) -> Clause:
        keep = self.dropped
        inside = {t.i for t in verb.subtree}
        nested = {t.i for c in verb.children if c.dep_ == "conj" and c.pos_ in {"VERB", "AUX"} for t in c.subtree} | {
            c.i for c in verb.children if c.dep_ == "cc" and any(g.dep_ == "conj" and g.pos_ in {"VERB", "AUX"} for g in verb.children)
        }
        marks = {c.i for c in verb.children if c.dep_ in {"mark", "cc"} and c.lower_ in _REASONS | {"and", "but", "then"}} | {
            c.i for c in verb.children if c.dep_ == "advmod" and c.lower_ in {"when", "then", "once"} and c.i < verb.i
        }
        self.dropped = (keep - inside) | nested | marks
        deed = self._deed(verb, top=verb)
        being = None
        if subject is not None and subject.pos_ != "PRON":
            being = self.being(subject)
            text = grammar.render(t for t in verb.subtree if t.i not in self.dropped)
        elif subject is not None and subject.lower_ in {"nobody", "someone", "somebody", "everyone", "everybody", "nothing", "it", "one", "no"}:
            text = grammar.render(t for t in verb.subtree if t.i not in self.dropped)
            being = Being(noun=subject.lower_, head=subject.lower_, kind="human", phrase=subject.lower_)
        else:
            text = deed.past()
        self.dropped = keep
        return Clause(mark=mark, text=text, subject=being, deed=deed)

    def _deed(self, verb: Any, top: Any) -> Deed:
        passive = any(c.dep_ in {"nsubjpass", "auxpass"} for c in verb.children)
        aux = [c for c in verb.lefts if c.dep_ in {"aux", "auxpass", "neg"} and c.tag_ != "TO"]
        auxiliary = grammar.render(aux) if aux and verb == top else ""
        right = sorted(
            {t for c in verb.rights for t in c.subtree if t.i not in self.dropped} | ({t for c in verb.lefts if c.dep_ == "prt" for t in c.subtree}),
            key=lambda t: t.i,
        )
        while right and (right[-1].is_punct and right[-1].text not in "\"'" or right[-1].dep_ == "cc"):
            right.pop()
        direct = next((c for c in verb.rights if c.dep_ in {"dobj", "attr", "oprd"} and c.pos_ in {"NOUN", "PROPN"}), None)
        dative = next((c for c in verb.rights if c.dep_ == "dative" and c.pos_ in {"NOUN", "PROPN"}), None)
        chosen = dative if dative is not None and direct is not None and verb.lemma_ in {"teach", "show", "tell", "give", "read"} else direct
        if verb.lemma_ in {"be"} and direct is not None:
            chosen = None
        complement = next((c for c in verb.rights if c.dep_ in {"ccomp", "xcomp"} and c.pos_ in {"VERB"}), None)
        if chosen is None and complement is not None:
            inner = next((c for c in complement.children if c.dep_ == "nsubj" and c.pos_ in {"NOUN", "PROPN"}), None)
            chosen = inner if inner is not None else next((c for c in complement.rights if c.dep_ == "dobj" and c.pos_ in {"NOUN", "PROPN"}), None)
        lemma = words.verb_lemma(verb.text) or verb.lemma_.lower()
        return Deed(
            lemma=verb.lemma_.lower() if verb.lemma_.lower() != verb.lower_ or lemma == verb.lower_ else lemma,
            after=grammar.render(right),
            object=self.being(chosen) if chosen is not None else None,
            auxiliary=auxiliary,
            form=verb.lower_ if auxiliary else "",
            passive=passive,
        )

    def _goal(self, verb: Any, main: Any) -> Deed | None:
        for head in dict.fromkeys((main, verb)):
            for child in head.rights:
                if (
                    child.dep_ in {"advcl", "xcomp"}
                    and child != main
                    and child.tag_ == "VB"
                    and any(c.tag_ == "TO" for c in child.lefts)
                    and child.i not in self.dropped
                ):
                    if head.lemma_ in {"teach", "help", "get", "ask", "tell", "force", "let", "begin", "seem"}:
                        continue
                    goal = self._deed(child, top=main)
                    self.dropped.update(t.i for t in child.subtree)
                    return goal
        direct = next((c for c in main.rights if c.dep_ == "dobj"), None)
        inner = next((c for c in direct.rights if c.dep_ in {"relcl", "acl"} and any(g.tag_ == "TO" for g in c.lefts)), None) if direct is not None else None
        if inner is not None and inner.pos_ == "VERB" and direct.lemma_ not in {"way", "chance", "time", "power", "ability"} and main.lemma_ not in {"teach", "help", "get", "ask", "tell", "force", "let", "train", "show", "want"}:
            goal = self._deed(inner, top=main)
            self.dropped.update(t.i for t in inner.subtree)
            return goal
        return None

    def _foe(self, verb: Any) -> Being | None:
        """Whom somebody is protected from: "from hunters", "against bandits"."""
        for token in verb.subtree:
            if token.dep_ == "prep" and token.lower_ in {"from", "against"} and token.i > verb.i:
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is not None and (being := self.being(obj)).kind != "place":
                    return being
        return None

    def _sought(self, clauses: list[Clause]) -> Deed | None:
        """ "…, looking for her brother": what somebody does meanwhile and means to bring to an end."""
        for clause in list(clauses):
            if clause.mark == "while" and clause.subject is None and clause.deed is not None and clause.deed.lemma in {"look", "search", "seek", "hunt"}:
                clauses.remove(clause)
                after = clause.deed.after.removeprefix("for ")
                return Deed(lemma="find", after=after, object=clause.deed.object)
        return None

    def _agent(self, verb: Any) -> Being | None:
        for child in verb.rights:
            if child.dep_ == "agent" and (obj := next((g for g in child.children if g.dep_ == "pobj"), None)) is not None:
                return self.being(obj)
        return None

    def _oblique(self, verb: Any) -> Being | None:
        """Whom an intransitive deed is about: "falls in love with a candle", "plays for the ghosts", "argue over a piece of cheese"."""
        for token in verb.subtree:
            if (
                token.dep_ == "prep"
                and token.i > verb.i
                and token.i not in self.dropped
                and token.lower_ in {"with", "for", "against", "about", "over", "after", "of", "to", "from", "like", "by"}
            ):
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is not None and obj.lemma_ not in _WHEN and obj.lemma_ != "help" and obj.lemma_ not in {"love", "edge", "end", "way", "top", "world", "life", "time", "junk", "future", "past", "self"}:
                    being = self.being(obj)
                    if being.kind != "place":
                        return being
        return None

    def _companion(self, verb: Any) -> Being | None:
        for token in verb.rights:
            if token.dep_ == "prep" and token.lower_ in {"with", "alongside"}:
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is None:
                    continue
                if obj.lemma_ == "help" and (inner := self._of(obj)) is not None:
                    obj = inner
                being = self.being(obj)
                if (
                    being.alive
                    and any(c.dep_ == "dobj" for c in verb.rights)
                    or (being.alive and verb.lemma_ in {"go", "walk", "travel", "sail", "escape", "live", "fly"})
                ):
                    return being
        return None

    def _place(self, verb: Any) -> tuple[Place | None, Place | None]:
        here: list[tuple[int, Place, Any]] = []
        there: Place | None = None
        for token in self.doc:
            if token.dep_ not in {"prep", "pcomp", "agent"} and token.tag_ != "IN":
                continue
            obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
            if obj is None or obj.lemma_.lower() in _WHEN | _SKY and not lexicon.place_kind(obj.lemma_):
                continue
            found = self._place_of(obj, token.lower_)
            if found is None:
                continue
            on_verb = token.head.pos_ in {"VERB", "AUX"}
            if token.lower_ in _TO or (token.lower_ == "at" and False):
                if on_verb and there is None and token.lower_ != "for":
                    there = found
                continue
            rank = (0 if token.lower_ in _AT else 1 if token.lower_ in _PATH else 3) + (0 if on_verb else 1) + (2 if token.i in self.dropped else 0)
            if token.lower_ == "of" and not found.kind:
                continue
            if token.lower_ not in _AT | _PATH:
                continue
            here.append((rank, found, token))
        here.sort(key=lambda row: row[0])
        for _, found, token in here:
            if token.head in {verb, *verb.children} and token.lower_ in {"in", "on", "at", "inside"} and token.i not in self.dropped:
                if any(c.dep_ in {"dobj", "xcomp", "acomp", "dative"} for c in verb.rights) or token.i < verb.i:
                    self.dropped.update(t.i for t in token.subtree)
                    if token.i < verb.i:
                        after = self.doc[max(t.i for t in token.subtree) + 1 :][:1]
                        self.dropped.update(t.i for t in after if t.is_punct)
        if here:
            return here[0][1], there
        scenery = [token for token in self.doc if lexicon.place_kind(token.lemma_.lower()) and token.lemma_.lower() not in lexicon.VEHICLES]
        for token in scenery:  # a place as object or subject: "explore a sunken city"
            if (
                token.dep_ in {"dobj", "nsubj", "ROOT", "attr", "poss", "nsubjpass"}
                and token.pos_ in {"NOUN", "PROPN"}
                and token.i not in self.dropped
                and (found := self._place_of(token, "")) is not None
                and lexicon.kind_of(self.being(token).noun or token.text) == "place"
            ):
                return found, there
        return None, there

    def _place_of(self, noun: Any, prep: str) -> Place | None:
        if (inner := self._of(noun)) is not None and noun.lemma_ in {
            "edge",
            "middle",
            "heart",
            "end",
            "top",
            "bottom",
            "side",
            "back",
            "foot",
            "outskirts",
            "corner",
            "rest",
            "centre",
            "center",
        }:
            outer = self._place_of(inner, prep)
            return outer
        being = self.being(noun)
        phrase = words.tidy(f"{' '.join(being.adjectives)} {being.nouns or being.name}")
        kind = lexicon.place_kind(being.noun or being.name) or lexicon.place_kind(being.name)
        if not kind and noun.ent_type_ in {"GPE", "LOC", "FAC"}:
            kind = "village" if noun.ent_type_ == "FAC" else ""
        if not kind and being.kind != "place":
            return None
        if being.alive and not being.kind == "place":
            return None
        name = being.name if (being.name and not being.noun) else ""
        if name:
            phrase = words.tidy(f"{' '.join(being.adjectives)} {name}")
        elif being.name:
            phrase = words.tidy(f"{' '.join(being.adjectives)} {being.nouns}")
        return Place(phrase=phrase, kind=kind, prep=prep, definite=being.definite, proper=bool(name), owner=being.owner)

    def _when(self, verb: Any) -> None:
        """Take time phrases out of the clause: they are told where the story opens."""
        for token in list(self.doc):
            if token.i in self.dropped:
                continue
            if token.dep_ == "prep" and token.head.pos_ in {"VERB", "AUX", "NOUN"} and token.lower_ in {"at", "on", "in", "during", "one", "before", "after"}:
                obj = next((g for g in token.children if g.dep_ == "pobj"), None)
                if obj is not None and obj.lemma_.lower() in _WHEN and not any(c.dep_ == "relcl" for c in obj.children):
                    self.dropped.update(t.i for t in token.subtree)
                    if token.i == 0 or self.doc[token.i - 1].is_punct:
                        nxt = max(t.i for t in token.subtree) + 1
                        if nxt < len(self.doc) and self.doc[nxt].is_punct:
                            self.dropped.add(nxt)
            elif (
                token.dep_ == "npadvmod"
                and token.lemma_.lower() in _WHEN
                and token.head.pos_ in {"VERB", "AUX"}
                and not any(c.lower_ in {"every", "all"} for c in token.lefts)
            ):
                self.dropped.update(t.i for t in token.subtree)

    def _items(self, hero: Being, other: Being | None, place: Place | None) -> tuple[str, ...]:
        taken = {hero.head, other.head if other else "", place.phrase.split()[-1] if place else ""}
        found = []
        for token in self.doc:
            if (
                token.pos_ == "NOUN"
                and token.dep_ in {"dobj", "pobj", "conj", "attr"}
                and token.lemma_ not in taken | _WHEN | _SKY
                and lexicon.kind_of(token.lemma_) == "thing"
                and _concrete(token.lemma_)
            ):
                found.append(words.tidy(" ".join([*[c.text for c in token.lefts if c.dep_ in {"amod", "compound"}], token.lemma_])))
        return tuple(dict.fromkeys(found))[:3]

    def _kind(self, verb: Any, main: Any, frame: str, deed: Deed, other: Being | None) -> str:
        following = [t.lemma_.lower() for t in self.doc[main.i + 1 :] if t.pos_ not in {"DET", "PUNCT"}][:3]
        head = deed.object.head if deed.object else ""
        own = plot_kind(deed.lemma, following, head, object_alive=bool(other and other.alive), object_place=bool(deed.object and deed.object.kind == "place"))
        if frame and FRAMES[frame]:
            return FRAMES[frame]
        if deed.lemma == "find" and frame in {"set", "try", "want", "go"}:
            return "quest"
        if deed.lemma in {"explore"}:
            return "journey" if other is None or other.kind == "place" else "discovery"
        return own or ("conflict" if other is not None and other.alive else "discovery")

    def _noun_premise(self, text: str) -> Premise:
        """A prompt without a main verb: a noun phrase, perhaps with a relative clause that has one."""
        root, doc = self.root, self.doc
        if root.pos_ not in {"NOUN", "PROPN", "PRON"}:
            root = next((t for t in doc if t.pos_ in {"NOUN", "PROPN"} and t.dep_ not in {"compound", "poss"}), root)
        relative = next((c for c in root.rights if c.dep_ in {"relcl", "acl"} and c.pos_ in {"VERB"}), None)
        place, goal_place = self._place(root)
        lemmas = [t.lemma_.lower() for t in doc] + [t.lower_ for t in doc]
        time, weather = lexicon.time_of(lemmas), lexicon.weather_of(lemmas)
        season = next((_SEASONS[w] for w in lemmas if w in _SEASONS), "")
        if relative is not None and relative.tag_ != "VBN":
            clauses = self._clauses(relative, root)
            self._when(relative)
            main, frame = self._core(relative)
            goal = self._goal(relative, main)
            deed = self._deed(main, top=relative)
            taken = self.dropped
            self.dropped = taken | {t.i for t in relative.subtree}
            hero = self.being(root)
            self.dropped = taken
            other = deed.object or self._oblique(main)
            if hero.alive or hero.kind == "force":
                return Premise(
                    text=text,
                    hero=hero,
                    deed=deed,
                    other=other,
                    side=self._companion(main),
                    kind=self._kind(relative, main, frame, deed, other),
                    place=place,
                    goal_place=goal_place,
                    time=time,
                    weather=weather,
                    season=season,
                    goal=goal,
                    frame=frame,
                    clauses=tuple(clauses),
                    items=self._items(hero, other, place),
                )
        hero = self.being(root) if root.pos_ in {"NOUN", "PROPN"} else Being(noun=root.lower_, head=root.lower_)
        return Premise(
            text=text,
            hero=hero,
            place=place,
            goal_place=goal_place,
            time=time,
            weather=weather,
            season=season,
            only_noun=True,
            items=self._items(hero, None, place),
        )


def _replace(being: Being, **changes: Any) -> Being:
    from dataclasses import replace

    return replace(being, **changes)


def _count(word: str) -> int:
    numbers = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
    return numbers.get(word, int(word) if word.isdigit() and len(word) < 4 else 2)


def _common(word: str) -> bool:
    """Whether a word is an ordinary noun although it may be capitalised: a trade, an animal, or written small."""
    return word.islower() or lexicon.listed(word.lower())


_ABSTRACT = re.compile(r"(?:ness|tion|sion|ship|hood|dom|ity|ment|ance|ence|ism)$")


def _concrete(noun: str) -> bool:
    return not _ABSTRACT.search(noun) and noun not in {
        "piece",
        "kind",
        "way",
        "life",
        "love",
        "help",
        "power",
        "question",
        "story",
        "side",
        "place",
        "hour",
        "past",
        "future",
        "voice",
        "mystery",
        "name",
        "war",
        "peace",
        "fear",
        "company",
        "world",
        "god",
        "group",
        "thing",
        "job",
        "trip",
        "lot",
        "part",
    }


def read(text: str) -> Premise:
    """The premise of a cleaned prompt of one or a few sentences."""
    doc = grammar.parse(text)
    sentences = [s.text.strip() for s in doc.sents if any(c.isalnum() for c in s.text)] or [text]
    first = Reader(sentences[0]).premise(text)
    further: list[Clause] = []
    for sentence in sentences[1:6]:
        reader = Reader(sentence)
        premise = reader.premise(sentence)
        if first.only_noun and not premise.only_noun:
            first = _merge(first, premise)
            continue
        further.append(Clause(mark="", text=grammar.render(reader.doc).rstrip(".!?"), subject=None if premise.only_noun else premise.hero, deed=premise.deed))
    return _settle(_replace_premise(first, more=tuple(further)))


def _merge(noun: Premise, clause: Premise) -> Premise:
    """A noun phrase and then a sentence: the first gives the place or the hero that the second lacks."""
    place = clause.place or noun.place
    if place is None and noun.hero.kind == "place":
        place = Place(phrase=noun.hero.text, kind=lexicon.place_kind(noun.hero.noun), definite=noun.hero.definite)
    return _replace_premise(clause, text=noun.text, place=place, time=clause.time or noun.time, weather=clause.weather or noun.weather)


def _settle(premise: Premise) -> Premise:
    """A hero that cannot act gives way to somebody in a further clause who can."""
    if premise.hero.alive or premise.only_noun or premise.hero.kind == "force":
        return premise
    for clause in premise.clauses:
        if clause.subject is not None and clause.subject.alive and clause.deed is not None and clause.mark in {"and", "but", "so", "then", ""}:
            cause = Clause(
                mark="because",
                text=words.tidy(f"{premise.hero.phrase} {premise.deed.past(premise.hero.plural) if premise.deed else ''}"),
                subject=premise.hero,
                deed=premise.deed,
            )
            rest = tuple(c for c in premise.clauses if c is not clause)
            other = clause.deed.object
            kind = (
                plot_kind(clause.deed.lemma, clause.deed.after.split(), other.head if other else "", object_alive=bool(other and other.alive)) or premise.kind
            )
            return _replace_premise(premise, hero=clause.subject, deed=clause.deed, other=other, kind=kind, clauses=(cause, *rest), goal=None)
    return premise


def _replace_premise(premise: Premise, **changes: Any) -> Premise:
    from dataclasses import replace

    return replace(premise, **changes)
