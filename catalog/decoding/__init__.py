"""Looking into uploaded files, in a child process that knows no settings, no secrets and no Django.

decoder → (child) __main__ → sniffing, containers, pictures, documents, rendering
"""
