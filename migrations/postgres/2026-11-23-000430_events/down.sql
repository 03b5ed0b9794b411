DROP TABLE event_seats;
DROP TABLE event_meetings;
DROP TABLE event_guests;
DROP TABLE events;
