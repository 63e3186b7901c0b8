"""Makes the bundled CharacterBERT from MiniLM and from text that is made here: `python -m matcher.distil OUT`.

1. texts.py makes titles: words of MiniLM's vocabulary, names, sizes and codes put together by rule, and titles of the
   demo shop. MiniLM encodes them once; its vectors are what is followed.
2. words.py fits the table of letter windows to MiniLM's table of word pieces, by least squares.
3. follow.py trains table and layers together: the vector of a misspelt title has to be the one that MiniLM gives the
   clean title, and nearer to it than to any other title's of its batch.
4. exam.py measures what came of it, for the card.
"""
