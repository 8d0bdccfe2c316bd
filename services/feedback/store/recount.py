"""Sums for reconciliation."""

from kit.database import Tx

_SUMS = """
select (select count(*) from kit.inbox where type in ('support.completed.v1', 'support.ended-early.v1',
                                                      'referral.declined-by-victim.v1')) as ends_heard,
       (select coalesce(sum(heard), 0) from feedback_window)::bigint as ends_opened,
       (select count(*) from kit.waiting) as ends_waiting,
       (select coalesce(sum(attempt), 0) from feedback_window)::bigint as attempts,
       (select count(*) from contact_request) as requests,
       (select count(*) from contact_request where answer is null) as pending,
       (select count(*) from feedback_window where state = 'requested') as requested,
       (select count(distinct window_id) from contact_request where answer = 'sent') as sent,
       (select count(*) from feedback_window where channel is not null) as invited,
       (select count(*) from response r join feedback_window w using (window_id)
         where r.sent_at is not null and w.state in ('answered')) as sent_responses,
       (select count(*) from feedback_window where state = 'answered') as answered,
       (select count(*) from answer) as answers,
       (select count(*) * 5 from response where sent_at is not null and withdrawn_at is null) as answers_of_responses,
       (select coalesce(sum(told), 0) from feedback_window)::bigint as told,
       (select coalesce(sum(last), 0) from kit.sequence)::bigint as numbered
"""


async def sums(tx: Tx) -> dict[str, int]:
    row = await tx.fetchrow(_SUMS)
    assert row is not None
    return dict(row)
