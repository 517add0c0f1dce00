# frozen_string_literal: true

namespace :stack do
  desc "Bring the tables up to date, and let the first person in"
  task :prepare do
    sh "rake", "db:migrate"
    # In another process: one that has changed tables knows them as they were.
    sh "rake", "redmine:load_default_data", "stack:admin"
  end

  task admin: :environment do
    admin = User.find_by!(login: "admin")
    # As Redmine's own migration makes it.
    if admin.check_password?("admin")
      admin.password = admin.password_confirmation = ENV.fetch("ADMIN_PASSWORD")
      admin.must_change_passwd = false
      admin.save!
    end
  end
end
