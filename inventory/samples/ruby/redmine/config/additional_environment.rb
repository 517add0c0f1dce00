# frozen_string_literal: true

# Redmine reads this file last. Debian's package keeps what an instance writes below /var; a release writes nothing but /tmp.
config.paths["config/database"] = "config/stack.yml"
config.paths["public"] = "public"
config.paths["tmp"] = "/tmp"
config.cache_store = :memory_store
config.secret_key_base = ENV.fetch("SECRET_KEY")
config.active_record.dump_schema_after_migration = false
