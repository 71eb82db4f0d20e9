"""The library behind the report: collection, cleaning, measures, figures, the rebuild graph and the publishers."""
