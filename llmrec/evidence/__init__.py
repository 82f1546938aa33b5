"""What moved a score: measured effects, recorded facts, and the records that hold them."""
