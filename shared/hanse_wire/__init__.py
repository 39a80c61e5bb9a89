"""What the router and the subgraphs both speak. Imports none of our other packages."""
