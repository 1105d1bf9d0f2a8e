"""Why a critic cannot tell: the word that stands in a report, and what it says to a reader."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, str] = {
    # Of the page's files.
    "remote-blocked": "it needs a file of another host, which is not asked for",
    "remote-font-blocked": "a font of another host is not asked for, and the one in its place has other widths",
    "file-missing": "a style sheet or script of the page does not exist",
    "outside-root": "it needs a file outside the folder that may be read",
    "no-server": "only a web server answers for this file",
    "template": "the name of the file is still to be filled in",
    "unreadable": "the file could not be read",
    "picture-missing": "the picture behind it is missing",
    "environment": "the script needs something that a browser without a window does not have",
    # Of what is painted.
    "covered": "something else lies over it",
    "wholly-covered": "nothing of it is seen: it may wait for its turn",
    "over-on-purpose": "what lies over it seems to be meant to",
    "still-seen": "it shows through what lies over it",
    "nothing-painted": "nothing is painted there that could be lost",
    "nothing-to-show": "what sticks out does not seem to be meant for the eye",
    "edge-not-visible": "nobody sees where the box ends",
    "text-shadow": "a shadow of the letters makes them legible, or not",
    "background-clip-text": "a picture fills the letters",
    "colour-space": "the colour is of a space that cannot be computed",
    "transparent": "the letters are transparent on purpose",
    "looks-switched-off": "its style switches the control off, and what cannot be used may be pale",
    "decoration": "it seems to be decoration",
    "display-type": "letters of this size may overlap for the look of it",
    "control": "it is on a control, which is judged by another rule",
    "blurred-on-purpose": "a filter blurs it",
    "shows-no-detail": "the picture has no detail that could be blurred",
    "shows-no-shapes": "the picture has no shapes that could be distorted",
    "too-small-to-tell": "the picture is too small to tell",
    "placeholder": "a picture of a few pixels stands for another one",
    # Of how it came to its place.
    "cut-off": "the page hides what lies beside the window, and it may have been meant to",
    "page-scrolls-sideways": "the whole page is too wide here, which is judged by another rule",
    "off-canvas": "it waits beside the window",
    "hidden-on-purpose": "it seems to be there for screen readers alone",
    "shortened-on-purpose": "it is cut with an ellipsis or fades out",
    "passing-notice": "the bar goes away once it is read",
    "placed": "it was put there by position",
    "slides": "it can be slid",
    "moves": "it is moved by a transform",
    "turned": "it is turned",
    "transformed": "a transform puts it there",
    "in-space": "it stands on a stage in space",
    "animated": "an animation moves it",
    "another-state": "it shows more in another state",
    "sized-by-script": "a script has sized it for another window",
    "drawn-by-script": "a script draws it later",
    "goes-elsewhere": "the page leads its visitors to another one",
    "takes-no-focus": "it takes no focus from the keyboard",
    "no-culprit": "no element was found that is to blame",
    "no-script-found": "something stood still, and no script was running",
    # Of the look itself.
    "only-in-sweep": "it was suspected at a width that was not looked at with pictures",
    "unconfirmed": "it would take another look to tell",
    "too-many": "there are too many such places to look at each",
    "out-of-time": "the time for this page was up",
    "rule-failed": "a rule failed",
    "unknown": "the critic does not say why",
}


def why(reason: str) -> str:
    """For a reader; the word itself where nothing better is known."""
    return WHY.get(reason, reason)
