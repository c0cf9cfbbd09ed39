"""Offers: what is advertised, without the shouting around it."""

from __future__ import annotations

import re

from pipelines.screenwriter import grammar, lexicon, words

_OFFER = re.compile(
    r"^(?:brand[- ]new|new|now|sale|hurry|finally|today|introducing|available .*|back in stock|limited .*|free (?:shipping|delivery).*"
    r"|order .*|shop .*|buy .*|call .*"
    r"|visit .*|get yours.*|click .*|swipe .*|don't miss.*|(?:now |only |just |up to |save |for )*"
    r"(?:[$\u20ac\u00a3]\s?\d.*|\d+(?:[.,]\d+)?\s?(?:%|percent|dollars|euros|off\b).*))$",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"^(?:freshly |hand ?)?(?:baked|brewed|roasted|grown|crafted|woven|sewn|cooked|made|built|designed|handmade|picked|printed|for|with|from)\b", re.IGNORECASE
)
_NAMED = re.compile(
    r"^(?:introducing|meet|discover|presenting|try)(?: the(?: all)?[- ]new)? ([A-Z][\w-]*(?: [A-Z0-9][\w-]*)*)(?::|,| -|\u2013|\u2014)"
    r" (?:the|an?|our|your) (?:new )?((?:[\w-]+ ){0,3}[\w-]+)"
    r"( (?:that|which|with|for|made|designed|built)\b[^.!]*)?[.!]?$",
    re.IGNORECASE,
)
_DOES = re.compile(r"^(?:our|this|the) (?:brand[- ])?(?:new )?((?:[a-z-]+ )?[a-z-]+) ([a-z]+s) ((?:you|your)\b[^.!]*)[.!]?$", re.IGNORECASE)
_CALL = re.compile(
    r"^(?:buy|get|try|order|taste|discover) (?:our|the|these|this|your) ((?:[a-z'-]+ ){0,4}?[a-z'-]+?)(?: (?:today|now|here|at .*))?[!.]*$", re.IGNORECASE
)


def offer_in(text: str, form: str) -> str | None:
    """ "NEW! Oat cookies - baked in small batches - now 20% off" as "oat cookies baked in small batches"."""
    parts = [part.strip(" -\u2013\u2014,*") for part in re.split(r"[!|\u2022]+|\.\s+|\s[-\u2013\u2014]\s|:\s", text.rstrip(" .!"))]
    parts = [re.sub(r"^(?:brand[- ]new|new|introducing|now)\b[:,]?\s+", "", part, flags=re.IGNORECASE) for part in parts if part]
    kept = [part for part in parts if not _OFFER.match(part)]
    if (call := _CALL.match(text)) is not None and not any(t.tag_ in {"VBZ", "VBD", "VBP"} for t in grammar.parse(f"the {call[1]}")):
        return call[1].lower()
    if (named := _NAMED.match(text)) is not None and lexicon.kind_of(named[2].split()[-1].lower()) == "thing":
        return words.a(words.tidy(f"{named[2]} {named[3]}"))
    if (does := _DOES.match(text)) is not None and words.verb_lemma(does[2]) and lexicon.kind_of(does[1].lower()) == "thing":
        return words.a(words.tidy(f"{does[1].lower()} that {does[2]} {does[3]}"))
    if (len(kept) == len(parts) and not (form == "ad_spot" and len(parts) > 1)) or not kept:
        return None
    noun = kept[0]
    if len(noun.split()) > 7 or any(t.tag_ in {"VBZ", "VBD", "VBP"} and t.dep_ == "ROOT" for t in grammar.parse(noun)):
        return None
    noun = re.sub(r"^(?:our|the|this|your|an?)\s+(?:(?:brand[- ])?new\s+)?", "", noun, flags=re.IGNORECASE)
    made = next((part for part in kept[1:] if _MADE.match(part)), "")
    return words.tidy(f"{noun[:1].lower() + noun[1:]} {made[:1].lower() + made[1:]}")
