<?php
// PHP works. The database is not asked: without it no other host would do better.
header('Content-Type: text/plain');
echo "ok\n";
