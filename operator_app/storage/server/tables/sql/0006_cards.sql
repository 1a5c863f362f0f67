-- A new seat asks for every card that a supervisor ever published.
CREATE INDEX event_site_card ON event (hlc, id) WHERE op = 'site.card';
