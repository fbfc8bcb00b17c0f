"""What is measured. Each script prints a table; absolute figures are of the machine at hand."""
