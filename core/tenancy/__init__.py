"""Districts and cities as tenants: who they are, one transaction of one of them, and what they switched on."""
