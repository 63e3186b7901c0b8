"""What went wrong in a run of a page, as one line on it: what somebody can act on, and else that it is a defect.

The traceback of a defect goes to the log of the server and not to the page: it tells a visitor of files and queries,
and nothing that he could do.
"""

import streamlit as st
from streamlit.logger import get_logger

from matcher.errors import MatcherError
from matcher.failures import explain_failure
from pages._shared.escape import literal

_LOG = get_logger(__name__)
_DEFECT = (
    "This is a defect in Twinshelf, not in your data. What you saved is kept; reload the page to go on. "
    "What happened is written in the log of the server: the terminal that it was started in."
)


def tell(error: Exception) -> bool:
    """Say what failed, if it is something to act on; whether it was."""
    explained = error if isinstance(error, MatcherError) else explain_failure(error)
    if explained is None:
        return False
    if explained is not error:
        _LOG.warning("%s", explained, exc_info=error)
    st.error(literal(str(explained)), icon=":material/error:")
    return True


def tell_any(error: Exception) -> bool:
    """Say what failed, or that it is a defect, which the server has logged; for what no page catches, as a callback."""
    if not tell(error):
        with st.container(key="defect"):
            st.error(_DEFECT, icon=":material/bug_report:")
    return True
