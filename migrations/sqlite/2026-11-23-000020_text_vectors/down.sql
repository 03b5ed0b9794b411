DROP TABLE text_vectors;
DROP TABLE embedding_models;
