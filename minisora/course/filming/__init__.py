"""A page on which a storyboard is written, looked at shot by shot, and filmed (``minisora studio --film``)."""

from minisora.course.filming.room import FilmRoom

__all__ = ["FilmRoom"]
