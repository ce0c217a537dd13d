-- wait_at_most --
select set_config('lock_timeout', %(milliseconds)s, true);
