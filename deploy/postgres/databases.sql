-- One database for each subgraph; run once, when the server's volume is empty.
CREATE DATABASE users;
CREATE DATABASE catalog;
CREATE DATABASE analytics;
CREATE DATABASE tasks;
CREATE DATABASE payments;
CREATE DATABASE audit;
CREATE DATABASE notifications;
CREATE DATABASE media;
--+ CREATE DATABASE ${name};
