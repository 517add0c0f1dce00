<?php
// What WordPress is told about its surroundings.
define('DB_NAME', getenv('DATABASE_SCHEMA'));
define('DB_USER', getenv('DATABASE_WRITER_USER'));
define('DB_PASSWORD', getenv('DATABASE_WRITER_PASSWORD'));
define('DB_HOST', getenv('DATABASE_HOST') . ':' . getenv('DATABASE_WRITER_PORT'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

// The same on all hosts, so that each knows who has signed in at another one.
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    foreach (['KEY', 'SALT'] as $part) {
        define("{$use}_{$part}", hash_hmac('sha256', "{$use}_{$part}", getenv('SECRET_KEY')));
    }
}

// TLS ends before it. The web tier answers for the names of this application alone, so that the visitor's word for it is good.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
define('WP_HOME', 'https://' . ($_SERVER['HTTP_HOST'] ?? 'localhost'));
define('WP_SITEURL', WP_HOME);

// A release is what it is: another one is built, not written over this one, and a timer does what visitors would otherwise begin.
define('DISALLOW_FILE_MODS', true);
define('DISABLE_WP_CRON', true);
// It reaches this host's own ports, and no others.
define('WP_HTTP_BLOCK_EXTERNAL', true);

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
