-- What the write path does for one `invite`, by hand: the same locks, rules, reasons and rows, in one function.
-- The numbers of the rulebook guide-2024-11 are written into it, so it looks none up.
CREATE FUNCTION invite_by_hand(shop_ text, account_ text, role_ text, network text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  s shop; a account; l link;
  now_ bigint; adult_at timestamptz; since bigint;
  slots integer; taken integer := 0; open_ integer := 0; used integer; pending integer := 0; slot_ integer;
  expiries bigint[] := '{}'; pending_expiries bigint[] := '{}'; leaves bigint[]; held integer[] := '{}';
  engaged text; invited link; back bigint; id text;
  reasons jsonb := '[]'; by_ jsonb := jsonb_build_object('kind', 'shop', 'id', shop_);
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7310001);
  SELECT * INTO s FROM shop WHERE shop_id = shop_ FOR UPDATE;
  SELECT * INTO a FROM account WHERE account_id = account_ FOR UPDATE;
  now_ := greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint, s.touched_at, a.touched_at);
  IF s.shop_id IS NULL THEN
    reasons := reasons || jsonb_build_object('code', 'shop.not_found', 'next_actor', 'nobody');
  END IF;
  IF a.account_id IS NULL THEN
    reasons := reasons || jsonb_build_object('code', 'account.not_found', 'next_actor', 'nobody');
  END IF;
  IF reasons <> '[]' THEN
    RETURN refused_by_hand(now_, shop_, account_, role_, network, by_, reasons);
  END IF;

  -- What time has made due, and then the live links of both sides.
  FOR l IN
    SELECT * FROM link WHERE shop_id = shop_ AND status IN ('invited', 'in_review', 'linked')
    UNION SELECT * FROM link WHERE account_id = account_ AND status IN ('invited', 'in_review', 'linked')
    ORDER BY number
  LOOP
    now_ := greatest(now_, l.touched_at);
    IF l.status = 'invited' AND l.due_at <= now_ THEN
      UPDATE link SET status = 'expired', slot = NULL, ended_at = l.due_at, due_at = NULL, touched_at = l.due_at
        WHERE number = l.number;
      INSERT INTO event (type, at, shop_id, account_id, link_id, data)
        VALUES ('link.expired', l.due_at, l.shop_id, l.account_id, l.link_id, jsonb_build_object(
          'type', 'link.expired', 'at', instant_by_hand(l.due_at), 'link_id', l.link_id, 'shop_id', l.shop_id,
          'account_id', l.account_id, 'by', jsonb_build_object('kind', 'clock', 'id', 'clock'))::text);
      CONTINUE;
    END IF;
    IF l.account_id = account_ AND l.status <> 'invited' AND engaged IS NULL THEN
      engaged := l.shop_id;
    END IF;
    IF l.account_id = account_ AND l.shop_id = shop_ AND l.status = 'invited' THEN
      invited := l;
    END IF;
    IF l.shop_id = shop_ AND l.role = role_ THEN
      taken := taken + 1;
      held := held || l.slot;
      IF l.status = 'invited' THEN
        expiries := expiries || l.expires_at;
      END IF;
      IF l.status <> 'linked' THEN
        pending := pending + 1;
      END IF;
    END IF;
  END LOOP;

  IF s.status <> 'normal' THEN
    reasons := reasons || jsonb_build_object('code', 'shop.status_not_normal', 'next_actor', 'shop');
  END IF;
  IF a.status <> 'normal' THEN
    reasons := reasons || jsonb_build_object('code', 'account.status_not_normal', 'next_actor', 'creator');
  END IF;
  IF a.birth_date IS NULL THEN
    reasons := reasons || jsonb_build_object('code', 'account.age_unknown', 'next_actor', 'support');
  ELSE
    -- 29 February counts as 1 March in a common year.
    adult_at := (a.birth_date::date - interval '1 day' + interval '18 years' + interval '1 day') AT TIME ZONE 'UTC';
    IF to_timestamp(now_ / 1000000.0) < adult_at THEN
      reasons := reasons || jsonb_build_object('code', 'account.under_age', 'next_actor', 'clock',
        'possible_at', adult_at, 'params', jsonb_build_object('age', 18));
    END IF;
  END IF;
  IF a.region <> s.market THEN
    reasons := reasons || jsonb_build_object('code', 'account.region_mismatch',
      'next_actor', CASE WHEN a.registered_in = 'US' THEN 'nobody' ELSE 'support' END,
      'params', jsonb_build_object('market', s.market, 'region', a.region));
  END IF;
  IF network IS DISTINCT FROM s.market THEN
    reasons := reasons || jsonb_build_object('code', 'network.region_mismatch', 'next_actor', 'shop',
      'params', jsonb_build_object('market', s.market, 'network_region', network));
  END IF;
  IF engaged IS NOT NULL THEN
    reasons := reasons || jsonb_build_object('code', 'account.already_linked', 'next_actor', 'creator', 'params',
      CASE WHEN engaged = shop_ THEN jsonb_build_object('shop_id', engaged) ELSE '{}' END);
  END IF;
  IF invited.link_id IS NOT NULL THEN
    reasons := reasons || jsonb_build_object('code', 'link.already_invited', 'next_actor', 'creator',
      'possible_at', instant_by_hand(invited.expires_at), 'params', jsonb_build_object('role', invited.role));
  END IF;
  slots := CASE WHEN role_ = 'official' THEN 1 WHEN s.enrolment = 'invited' THEN 4 ELSE 0 END;
  IF slots = 0 THEN
    reasons := reasons || jsonb_build_object('code', 'shop.role_not_available', 'next_actor', 'nobody',
      'params', jsonb_build_object('role', role_, 'enrolment', s.enrolment));
  ELSIF taken >= slots THEN
    SELECT e INTO back FROM unnest(expiries) AS e ORDER BY e OFFSET taken - slots LIMIT 1;
    reasons := reasons || jsonb_build_object('code', 'shop.slots_full', 'next_actor', 'shop',
      'possible_at', instant_by_hand(back),
      'params', jsonb_build_object('role', role_, 'slots', slots, 'taken', taken));
  END IF;
  IF role_ = 'marketing' THEN
    since := now_ - 180 * 86400000000::bigint;
    SELECT coalesce(array_agg(linked_at), '{}') INTO leaves FROM link
      WHERE shop_id = shop_ AND role = 'marketing' AND linked_at IS NOT NULL AND linked_at > since;
    used := cardinality(leaves) + pending;
    IF used >= 10 AND NOT EXISTS (
      SELECT 1 FROM waiver WHERE shop_id = shop_ AND code = 'shop.link_quota_spent' AND ended_at IS NULL
        AND (until IS NULL OR until > now_))
    THEN
      SELECT e INTO back FROM (SELECT x + 180 * 86400000000::bigint AS e FROM unnest(leaves) AS x
        UNION ALL SELECT x FROM unnest(expiries) AS x) AS units ORDER BY e OFFSET used - 10 LIMIT 1;
      reasons := reasons || jsonb_build_object('code', 'shop.link_quota_spent',
        'next_actor', CASE WHEN back IS NULL THEN 'shop' ELSE 'clock' END, 'possible_at', instant_by_hand(back),
        'params', jsonb_build_object('limit', 10, 'days', 180, 'used', used, 'pending', pending));
    END IF;
  END IF;
  IF reasons <> '[]' THEN
    RETURN refused_by_hand(now_, shop_, account_, role_, network, by_, reasons);
  END IF;

  id := 'link_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 20);
  SELECT min(n) INTO slot_ FROM generate_series(1, slots) AS n WHERE n <> ALL (held);
  INSERT INTO link (link_id, shop_id, account_id, market, role, status, slot, rulebook, invited_at, expires_at,
      due_at, touched_at)
    VALUES (id, shop_, account_, s.market, role_, 'invited', slot_, 'guide-2024-11', now_,
      now_ + 48 * 3600000000::bigint, now_ + 48 * 3600000000::bigint, now_);
  INSERT INTO event (type, at, shop_id, account_id, link_id, data)
    VALUES ('link.invited', now_, shop_, account_, id, jsonb_build_object('type', 'link.invited',
      'at', instant_by_hand(now_), 'by', by_, 'link_id', id, 'shop_id', shop_, 'account_id', account_,
      'role', role_, 'rulebook', 'guide-2024-11',
      'expires_at', instant_by_hand(now_ + 48 * 3600000000::bigint))::text);
  RETURN CASE
    WHEN a.registered_in <> s.market AND a.commerce_permission <> 'granted'
      THEN 'accepted account.registration_mismatch account.commerce_permission_revoked'
    WHEN a.registered_in <> s.market THEN 'accepted account.registration_mismatch'
    WHEN a.commerce_permission <> 'granted' THEN 'accepted account.commerce_permission_revoked'
    ELSE 'accepted' END;
END $$;

CREATE FUNCTION refused_by_hand(
  now_ bigint, shop_ text, account_ text, role_ text, network text, by_ jsonb, reasons jsonb
) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO refusal (at, command, shop_id, account_id, by_kind, by_id, data)
    VALUES (now_, 'invite', shop_, account_, by_->>'kind', by_->>'id', jsonb_build_object(
      'command', jsonb_build_object('command', 'invite', 'at', instant_by_hand(now_), 'by', by_, 'shop_id', shop_,
        'account_id', account_, 'role', role_, 'network_region', network),
      'reasons', reasons)::text);
  RETURN (SELECT 'refused ' || string_agg(r->>'code', ' ') FROM jsonb_array_elements(reasons) AS r);
END $$;

CREATE FUNCTION instant_by_hand(micros bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT timestamptz '1970-01-01 00:00:00+00' + micros * interval '1 microsecond' $$;
