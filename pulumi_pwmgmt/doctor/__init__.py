"""A look at a stack's connections and credentials that changes nothing and logs in nowhere with a user's password."""
