"""What the screens say: catalogues, and facts put into words. Qt-free, known by every area."""
