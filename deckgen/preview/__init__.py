"""A live page of a deck's cards, as the real engine renders them."""
