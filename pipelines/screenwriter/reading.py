"""Reads a prompt: from a parsed sentence to a premise (who does what to whom, where, when, with what, why)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.adjuncts import SEASONS, WHEN, Adjuncts
from pipelines.screenwriter.kinds import FRAMES, plot_kind, unmeant
from pipelines.screenwriter.premise import Being, Clause, Deed, Place, Premise

_SEARCHES = frozenset(["search", "scour", "comb", "explore", "scan", "ransack", "roam", "hunt", "dig", "cross", "travel", "sweep", "check", "walk", "wander"])
_ACCIDENT = re.compile(r"\b(?:accidentally|mistakenly|unintentionally|by (?:accident|mistake))\b", re.IGNORECASE)
_REASONS = lexicon.listing("reasons")


class Reader(Adjuncts):
    """One sentence on its way to a premise."""

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
        deed = self._deed(main, top=verb)
        if frame == "refuse":  # what is not done is what is told
            deed = replace(deed, lemma=frame, after=words.tidy(f"to {deed.base()}"), auxiliary="", form="", passive=False)
            frame = ""
        recipient = self._recipient(main)
        side = None if frame else self._companion(verb) or self._companion(main) or recipient
        mates = [c for c in subject.conjuncts if c.pos_ in {"NOUN", "PROPN"}]
        other = deed.object
        if deed.passive and (agent := self._agent(main)) is not None:
            other = agent
        if other is None or other.head in {"place", "role", "job", "time", "eye", "hand", "life", "side", "part", "turn", "friend", "love"}:
            other = self._oblique(main) or other
        sought = self._sought_in(main) if main.lemma_ in _SEARCHES else None
        if sought is not None:
            other, place = sought[0], sought[1] or place
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
        if sought is not None:
            kind = "quest"
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
            text=text,
            hero=hero,
            deed=deed,
            other=other,
            side=side,
            kind=kind,
            place=place,
            goal_place=goal_place,
            time=lexicon.time_of(lemmas),
            weather=lexicon.weather_of(lemmas),
            season=next((SEASONS[w] for w in lemmas if w in SEASONS), ""),
            goal=goal,
            frame=frame,
            clauses=tuple(clauses),
            items=self._items(hero, other, place),
            facts=frozenset({"recipient"} if side is not None and recipient is not None and side.head == recipient.head else ()),
        )

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
                core, frame = self._core(inner)  # "wants to learn to fly"
                return core, frame if frame in {"learn", "refuse"} else str(verb.lemma_)
        return verb, ""

    def _clauses(self, verb: Any, subject: Any) -> list[Clause]:
        """Further clauses, taken out of the main one: second deeds, reasons, times, contrasts."""
        found: list[Clause] = []
        queue = [verb, *[c for c in verb.rights if c.dep_ in {"xcomp", "acomp", "dobj", "prep", "advmod"}]]
        while queue:
            head = queue.pop(0)
            for child in head.children:
                if (
                    child.dep_ == "conj"
                    and child.pos_ in {"VERB", "AUX"}
                    and child.i > head.i
                    and (head == verb or head.dep_ == "conj" or (head.pos_ not in {"VERB", "AUX"} and child.tag_ in {"VBD", "VBZ", "VBP"}))
                ):
                    cc = next((c for c in head.rights if c.dep_ == "cc" and c.i < child.i), None)
                    own = next((c for c in child.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
                    mark = cc.lower_ if cc is not None else "and"
                    queue.append(child)
                    self._take(child, cc)
                    found.append(self._clause(child, own, mark))
                elif child.dep_ in {"advcl", "ccomp", "parataxis"} and child.pos_ in {"VERB", "AUX"}:
                    mark_token = next((c for c in child.children if c.dep_ in {"mark", "advmod"} and c.lower_ in _REASONS), None)
                    own = next((c for c in child.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
                    if (
                        mark_token is not None
                        and mark_token.lower_ == "so"
                        and own is not None
                        and own.pos_ == "PRON"
                        and any(c.tag_ == "MD" for c in child.lefts)
                    ):
                        self._take(child, None)  # "so it can go home": what for, and no event
                    elif mark_token is not None:
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
                    and inner.pos_ == "NOUN"
                    and inner.lemma_ not in WHEN
                ):
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
        text = text.rstrip(" .!?")
        return Clause(mark=mark, text=text, subject=being, deed=deed)

    def _deed(self, verb: Any, top: Any) -> Deed:
        passive = any(c.dep_ in {"nsubjpass", "auxpass"} for c in verb.children)
        aux = [c for c in verb.lefts if c.dep_ in {"aux", "auxpass", "neg"} and c.tag_ != "TO"]
        auxiliary = grammar.render(aux) if aux and verb == top else ""
        right = sorted(
            {t for c in verb.rights for t in c.subtree if t.i not in self.dropped} | ({t for c in verb.lefts if c.dep_ == "prt" for t in c.subtree}),
            key=lambda t: t.i,
        )
        while right and ((right[-1].is_punct and right[-1].text not in "\"'") or right[-1].dep_ == "cc"):
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
                    if child.lemma_ in {"water", "school", "bed", "work", "church", "land"} and not any(c.dep_ == "dobj" for c in child.rights):
                        continue  # "leads her calf to water": where to
                    if child.lemma_ in {"find", "discover", "realize", "see", "learn"} and any(c.dep_ == "ccomp" for c in child.rights):
                        continue
                    if head.lemma_ in {"teach", "help", "get", "ask", "tell", "force", "let", "begin", "seem"}:
                        continue
                    goal = self._deed(child, top=main)
                    self.dropped.update(t.i for t in child.subtree)
                    return goal
        direct = next((c for c in main.rights if c.dep_ == "dobj"), None)
        inner = next((c for c in direct.rights if c.dep_ in {"relcl", "acl"} and any(g.tag_ == "TO" for g in c.lefts)), None) if direct is not None else None
        if (
            inner is not None
            and inner.pos_ == "VERB"
            and direct is not None
            and direct.lemma_ not in {"way", "chance", "time", "power", "ability"}
            and main.lemma_ not in {"teach", "help", "get", "ask", "tell", "force", "let", "train", "show", "want"}
        ):
            goal = self._deed(inner, top=main)
            self.dropped.update(t.i for t in inner.subtree)
            return goal
        for token in main.subtree:  # "in a thunderstorm to fetch a doctor": read as the storm's, but nobody's but the hero's
            to = token.tag_ == "VB" and token.head.pos_ == "NOUN" and token.head.dep_ == "pobj" and token.dep_ in {"advcl", "acl", "relcl"}
            if to and token.i not in self.dropped and any(c.tag_ == "TO" for c in token.lefts):
                goal = self._deed(token, top=main)
                self.dropped.update(t.i for t in token.subtree)
                return goal
        return None

    def _sought(self, clauses: list[Clause]) -> Deed | None:
        """ "…, looking for her brother": what somebody does meanwhile and means to bring to an end."""
        for clause in list(clauses):
            if clause.mark == "while" and clause.subject is None and clause.deed is not None and clause.deed.lemma in {"look", "search", "seek", "hunt"}:
                clauses.remove(clause)
                after = clause.deed.after.removeprefix("for ")
                return Deed(lemma="find", after=after, object=clause.deed.object)
        return None

    def _sought_in(self, verb: Any) -> tuple[Being, Place | None] | None:
        """ "searches PLACE for THING": the thing, and where; None when nothing is searched for."""
        prep = next((t for t in verb.subtree if t.dep_ == "prep" and t.lower_ == "for" and t.i > verb.i), None)
        found = next((c for c in prep.children if c.dep_ == "pobj" and c.pos_ in {"NOUN", "PROPN"}), None) if prep is not None else None
        if prep is None or found is None or found.lemma_ in WHEN:
            return None
        direct = next((c for c in verb.rights if c.dep_ == "dobj" and c.pos_ in {"NOUN", "PROPN"}), None)
        if direct is None:
            return None
        keep = set(self.dropped)
        self.dropped |= {t.i for t in prep.subtree}
        where = self._place_of(direct, "")
        self.dropped = keep
        return self.being(found), where

    def _kind(self, verb: Any, main: Any, frame: str, deed: Deed, other: Being | None) -> str:
        following = [t.lemma_.lower() for t in self.doc[main.i + 1 :] if t.pos_ not in {"DET", "PUNCT"}][:3]
        head = deed.object.head if deed.object else ""
        own = plot_kind(deed.lemma, following, head, object_alive=bool(other and other.alive), object_place=bool(deed.object and deed.object.kind == "place"))
        if frame and FRAMES[frame]:
            return FRAMES[frame]
        if unmeant(own) and _ACCIDENT.search(self.doc.text):
            return "mishap"
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
        season = next((SEASONS[w] for w in lemmas if w in SEASONS), "")
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
            if hero.alive or hero.kind == "force" or (hero.definite and hero.kind in {"thing", "place"} and relative.tag_ in {"VBD", "VBZ", "VBP"}):
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


def framed(premise: Premise) -> str:
    """The deed in the past with the verb before it where that changes what happens: "refused to rise", "kept falling"."""
    if premise.deed is None:
        return ""
    if premise.frame in {"refuse", "begin", "start", "decide", "want", "forget"}:
        return f"{words.inflected(premise.frame, 'VBD')} to {premise.deed.base()}"
    if premise.frame in {"keep", "stop"}:
        return f"{words.inflected(premise.frame, 'VBD')} {premise.deed.gerund()}"
    return premise.deed.past(premise.hero.plural)


def read(text: str) -> Premise:
    """The premise of a cleaned prompt of one or a few sentences."""
    doc = grammar.parse(text)
    sentences: list[str] = []
    for part in (s.text.strip() for s in doc.sents if any(c.isalnum() for c in s.text)):
        if sentences and part[:1].islower() and sentences[-1][-1:] not in ".!?":
            sentences[-1] += f" {part}"  # one sentence, whatever the parser says: "… so it can go home"
        else:
            sentences.append(part)
    sentences = sentences or [text]
    first = Reader(sentences[0]).premise(text)
    further: list[Clause] = []
    for sentence in sentences[1:6]:
        reader = Reader(sentence)
        premise = reader.premise(sentence)
        if first.only_noun and not premise.only_noun:
            first = _merge(first, premise)
            continue
        further.append(Clause(mark="", text=grammar.render(reader.doc).rstrip(".!?"), subject=None if premise.only_noun else premise.hero, deed=premise.deed))
    return _settle(replace(first, more=tuple(further)))


def _merge(noun: Premise, clause: Premise) -> Premise:
    """A noun phrase and then a sentence: the first gives the place or the hero that the second lacks."""
    place = clause.place or noun.place
    if place is None and noun.hero.kind == "place":
        place = Place(phrase=noun.hero.text, kind=lexicon.place_kind(noun.hero.noun), definite=noun.hero.definite)
    return replace(clause, text=noun.text, place=place, time=clause.time or noun.time, weather=clause.weather or noun.weather)


def _settle(premise: Premise) -> Premise:
    """A hero that cannot act gives way to somebody in a further clause who can."""
    if premise.hero.alive or premise.only_noun:
        return premise
    for clause in premise.clauses:
        if clause.subject is not None and clause.subject.alive and clause.deed is not None and clause.mark in {"and", "but", "so", "then", ""}:
            cause = Clause(
                mark="because",
                text=words.tidy(f"{premise.hero.phrase} {framed(premise)}"),
                subject=premise.hero,
                deed=premise.deed,
            )
            rest = tuple(c for c in premise.clauses if c is not clause)
            other = clause.deed.object
            kind = (
                plot_kind(clause.deed.lemma, clause.deed.after.split(), other.head if other else "", object_alive=bool(other and other.alive)) or premise.kind
            )
            if clause.deed.lemma == "be":
                kind = "luck"
            return replace(premise, hero=clause.subject, deed=clause.deed, other=other, kind=kind, clauses=(cause, *rest), goal=None)
    return premise
