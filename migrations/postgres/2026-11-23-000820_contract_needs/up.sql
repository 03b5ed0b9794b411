-- Whether a contract came out of a need is asked for each need of a funnel.
CREATE INDEX contracts_need ON contracts (need_id);
