// Written with the view it listens to.
