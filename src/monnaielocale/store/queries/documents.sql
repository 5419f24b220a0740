-- keep_documents: Documents that are not kept yet; those that are stay as they are.
INSERT INTO document (sha256, name, content, received_at)
SELECT sha256, name, content, %(received_at)s
  FROM unnest(%(fingerprints)s::bytea[], %(names)s::text[], %(contents)s::bytea[]) AS given (sha256, name, content)
ON CONFLICT (sha256) DO NOTHING;
