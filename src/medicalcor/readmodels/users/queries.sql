-- name: all_users
select id, email, name, role, language, created_at, disabled_at from users order by name, email

-- name: user_names
select id, name from users
