-- Each context owns its records: three databases, nothing across them.
CREATE DATABASE IF NOT EXISTS audio CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS choreo CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS product CHARACTER SET utf8mb4;
GRANT ALL ON audio.* TO 'eightcount'@'%';
GRANT ALL ON choreo.* TO 'eightcount'@'%';
GRANT ALL ON product.* TO 'eightcount'@'%';
