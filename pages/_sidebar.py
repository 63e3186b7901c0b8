"""The sidebar: which catalog, which encoders, what is running."""

import streamlit as st


def draw() -> None:
    with st.sidebar:
        st.caption("No catalog yet")
