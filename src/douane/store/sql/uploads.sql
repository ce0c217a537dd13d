-- keep --
copy upload_chunks (run_id, number, bytes)
from stdin (format binary);

-- fetch --
copy (
    select bytes
    from upload_chunks
    where run_id = %(run_id)s
    order by number
) to stdout (format binary);

-- drop_old --
delete from upload_chunks
using runs
where runs.id = upload_chunks.run_id
    and runs.finished_at < now() - make_interval(days => %(days)s);
