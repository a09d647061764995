-- Written by hand: a full-text index has no counterpart in the schema. It keeps words alone; the text stays in the log.
CREATE VIRTUAL TABLE `search_index` USING fts5(`words`, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');--> statement-breakpoint
CREATE TRIGGER `search_documents_removed` AFTER DELETE ON `search_documents` BEGIN
	DELETE FROM `search_index` WHERE `rowid` = OLD.`id`;
END;
