-- A message is tried at once: its first time is the present, which every client can compare.

alter table mail alter column next_at set default now();
update mail set next_at = asked_at where next_at = '-infinity';
