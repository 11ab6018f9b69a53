"""The one room that imports torch. It is imported when the first tensor is needed."""
