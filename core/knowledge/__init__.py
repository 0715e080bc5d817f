"""The knowledge base 知识库: what units say about questions that many ask, kept in versions, and offered before dispatch."""
