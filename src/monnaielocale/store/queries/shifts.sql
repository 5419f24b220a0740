-- shifts_of_sessions: The shifts of sessions: when each locks and ends, when it was last used, and when its clerk locked it.
SELECT shift.session_id, shift.idle_seconds, shift.ends_at, GREATEST(shift.began_at, used.seen_at, used.unlocked_at) AS seen_at,
       used.locked_at
  FROM login_shift AS shift
 CROSS JOIN LATERAL (
        SELECT (SELECT max(acted_at) FROM login_shift_act WHERE session_id = shift.session_id AND act = 'seen') AS seen_at,
               (SELECT max(acted_at) FROM login_shift_act WHERE session_id = shift.session_id AND act = 'unlocked') AS unlocked_at,
               (SELECT max(acted_at) FROM login_shift_act WHERE session_id = shift.session_id AND act = 'locked') AS locked_at
  ) AS used
 WHERE shift.session_id = ANY (%(sessions)s);

-- shift_of_device: The session of a device's key, its person and its short code, and how often it was guessed in vain since it
-- was opened last.
SELECT shift.session_id, session.person_id, session.started_at, shift.code_hash, shift.ends_at,
       ended.session_id IS NOT NULL AS ended,
       (SELECT count(*) FROM login_shift_act AS act
         WHERE act.session_id = shift.session_id AND act.act = 'guessed'
           AND act.acted_at > COALESCE((SELECT max(acted_at) FROM login_shift_act AS opened
                                         WHERE opened.session_id = shift.session_id AND opened.act = 'unlocked'), '-infinity')
       ) AS guesses
  FROM login_shift AS shift
  JOIN login_session AS session ON session.id = shift.session_id
  LEFT JOIN login_session_end AS ended ON ended.session_id = shift.session_id
 WHERE shift.device_sha256 = %(device)s;

-- shift_acts: What happened in sessions of shifts, each once.
INSERT INTO login_shift_act (session_id, act, acted_at) SELECT unnest(%(sessions)s::uuid[]), %(act)s, %(now)s
ON CONFLICT (session_id, act, acted_at) DO NOTHING;
