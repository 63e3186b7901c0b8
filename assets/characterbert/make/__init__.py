"""Makes the bundled CharacterBERT from MiniLM and from text that is made here.

`python -m assets.characterbert.make OUT` goes through the stages:

1. titles.py makes titles: words of MiniLM's vocabulary, names, sizes and codes put together by rule, and titles of the
   demo shop. MiniLM encodes them once; the network learns to give the vectors that it gave.
2. word_table.py fits the table of letter windows to MiniLM's table of word pieces, by least squares.
3. distillation.py trains table and layers together: the vector of a misspelt title has to be the one that MiniLM gives
   the clean title, and nearer to it than to any other title's of its batch.
4. measure.py measures what came of it, for the card.
"""
