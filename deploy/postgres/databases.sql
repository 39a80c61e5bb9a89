-- One database for each subgraph, and one for the keys of personal data in events; run once, when the server's volume is empty.
CREATE DATABASE users;
CREATE DATABASE catalog;
CREATE DATABASE analytics;
CREATE DATABASE tasks;
CREATE DATABASE payments;
CREATE DATABASE audit;
CREATE DATABASE notifications;
CREATE DATABASE media;
CREATE DATABASE person_keys;
--+ CREATE DATABASE ${name};
