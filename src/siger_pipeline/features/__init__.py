"""Item features: text, pictures and ready-made matrices. Row n of every matrix is item n."""
