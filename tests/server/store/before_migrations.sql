CREATE TABLE settings (
	name VARCHAR(40) NOT NULL,
	value TEXT,
	PRIMARY KEY (name)
);

CREATE TABLE keys (
	id VARCHAR(16) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	tenant VARCHAR(100) NOT NULL,
	edits_items BOOLEAN NOT NULL,
	rates VARCHAR(100) NOT NULL,
	created FLOAT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (digest)
);

CREATE TABLE people (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	tenant VARCHAR(100) NOT NULL,
	"user" VARCHAR(200) NOT NULL,
	UNIQUE (tenant, "user")
);

CREATE TABLE forgotten (
	digest VARCHAR(64) NOT NULL,
	PRIMARY KEY (digest)
);

CREATE TABLE items (
	id VARCHAR(200) NOT NULL,
	number INTEGER NOT NULL,
	content TEXT,
	PRIMARY KEY (id)
);

CREATE TABLE events (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	person INTEGER NOT NULL,
	item VARCHAR(200) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	at FLOAT NOT NULL,
	id VARCHAR(100),
	UNIQUE (person, id),
	FOREIGN KEY(person) REFERENCES people (number) ON DELETE CASCADE
);

CREATE INDEX ix_events_person ON events (person);

CREATE TABLE responses (
	id VARCHAR(40) NOT NULL,
	tenant VARCHAR(100) NOT NULL,
	person INTEGER,
	created FLOAT NOT NULL,
	request TEXT NOT NULL,
	answer TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(person) REFERENCES people (number) ON DELETE CASCADE
);

CREATE INDEX ix_responses_person ON responses (person);

CREATE INDEX ix_responses_created ON responses (created);

INSERT INTO settings (name, value) VALUES ('format', '1'), ('salt', 'a-salt-of-before');
INSERT INTO keys (id, digest, tenant, edits_items, rates, created) VALUES ('k1', '7f98d37583614a52f073719523d08e405f8a4a24b2a5b4f0ecbd5c8839f841e7', 'main', true, '6000/minute', 1.0);
INSERT INTO people (number, tenant, "user") VALUES (7, 'main', 'old-user');
INSERT INTO events (number, person, item, kind, at, id) VALUES (1, 7, '1', 'interaction', 1.0, NULL), (2, 7, '2', 'like', 2.0, 'e-2'), (3, 7, '3', 'dislike', 3.0, NULL);
INSERT INTO responses (id, tenant, person, created, request, answer) VALUES ('rec-of-before', 'main', 7, 1.0, '{"history": ["1"], "query": "a quiet island", "k": 1, "where": null, "diversity": 0.0, "like": null, "never": [], "image": false, "context": null}', '{"id": "rec-of-before", "items": [{"id": "1", "title": "Item 1", "score": 1.5, "parts": {"llm": 1.5}, "attributes": {"year": 1990}, "rationale": null}], "history": ["1"], "timings": {"llm": 0.1}, "notes": [], "degraded": []}');
INSERT INTO items (id, number, content) VALUES ('new', 1, '{"title": "New", "description": "", "attributes": {"genres": ["Drama"]}, "media": {"image": "abc"}}');
INSERT INTO items (id, number, content) VALUES ('put by another at once', 1, NULL);
INSERT INTO items (id, number, content) VALUES ('newer', 2, NULL);
