-- Technology contracts. Need, capability and case are remembered by id alone: a draft may be deleted
-- while the contract stands.
CREATE TABLE contracts (
  id UUID PRIMARY KEY NOT NULL,
  code TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  project_name TEXT NOT NULL,
  contract_type TEXT,
  buyer_org_id UUID REFERENCES organizations (id),
  seller_org_id UUID REFERENCES organizations (id),
  need_id UUID,
  capability_id UUID,
  case_id UUID,
  region_code TEXT NOT NULL,
  amount BIGINT,
  tech_amount BIGINT,
  signed_on DATE,
  registered_on DATE,
  registration_no TEXT UNIQUE,
  next_payment_on DATE,
  doc JSONB NOT NULL,
  created_by UUID,
  version INTEGER NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX contracts_created ON contracts (created_at, id);
CREATE INDEX contracts_buyer ON contracts (buyer_org_id);
CREATE INDEX contracts_seller ON contracts (seller_org_id);
CREATE INDEX contracts_region ON contracts (region_code);
CREATE INDEX contracts_case ON contracts (case_id);
CREATE INDEX contracts_signed ON contracts (signed_on);
CREATE INDEX contracts_next_payment ON contracts (next_payment_on);
