<?php
// WordPress can ask for TLS, and cannot be told whom to trust. This takes the place of how it connects, and of nothing else.

final class Verified_Wpdb extends wpdb
{
    public function db_connect($allow_bail = true)
    {
        $this->is_mysql = true;
        mysqli_report(MYSQLI_REPORT_OFF);
        $session = mysqli_init();
        mysqli_options($session, MYSQLI_OPT_CONNECT_TIMEOUT, 2);
        mysqli_ssl_set($session, null, null, getenv('DATABASE_CA_FILE'), null, null);
        [$host, $port] = explode(':', $this->dbhost);
        if (!mysqli_real_connect($session, $host, $this->dbuser, $this->dbpassword, null, (int) $port, null, MYSQLI_CLIENT_SSL)) {
            $this->dbh = null;
            if ($allow_bail) {
                $this->bail('The database does not answer.', 'db_connect_fail');
            }
            return false;
        }
        $this->dbh = $session;
        $this->init_charset();
        $this->set_charset($session);
        $this->ready = true;
        $this->set_sql_mode();
        $this->select($this->dbname, $session);
        return true;
    }
}

$wpdb = new Verified_Wpdb(DB_USER, DB_PASSWORD, DB_NAME, DB_HOST);
