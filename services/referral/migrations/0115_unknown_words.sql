-- A word of the police that no list of ours knows is kept among the facts as it was told.
comment on column routing.facts is 'plain: the facts used, coded; a word of the police that our lists do not know stands as it was told, cut to 60 characters; what says nothing is left out';
