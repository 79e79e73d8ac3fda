"""How items of DynamoDB are read, whatever the source: attribute values, outcomes, reasons for rejection."""
