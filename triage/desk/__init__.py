"""The desk: what people do with items, each a conditional act that can be refused."""
