"""The desk: who is there and looks at what, what colleagues tell each other, what can be undone."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from triage.tables.people import Person

USER = settings.AUTH_USER_MODEL


class Desk(models.Model):
    """Where somebody works: whether they are there, and how much they take at once."""

    user = models.OneToOneField(USER, models.CASCADE, related_name="desk")
    seen_at = models.DateTimeField(null=True)  # the last sign of an open page
    away = models.BooleanField(default=False)  # pages are open, but they are at lunch
    capacity = models.PositiveSmallIntegerField(default=10)  # items at once, when they are given
    takes_work = models.BooleanField(default=False)  # is given items without asking

    def __str__(self) -> str:
        return f"desk of {self.user_id}"


class Presence(models.Model):
    """Somebody has an item on their screen, and perhaps types an answer to it."""

    item = models.ForeignKey("triage.Item", models.CASCADE, related_name="presences")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    typing = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at item {self.item_id}"


class Deed(models.Model):
    """What one act of a person changed of one item, kept for a while so that it can be undone.

    `stroke` binds what was done in one go. `before` is how the item stood, `version` is the item's
    version afterwards: whatever happens to the item later makes this one final.
    """

    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    item = models.ForeignKey("triage.Item", models.CASCADE, related_name="+")
    stroke = models.CharField(max_length=32)
    event = models.CharField(max_length=16)
    before = models.JSONField(default=dict)
    version = models.PositiveIntegerField()
    lesson = models.ForeignKey("triage.Lesson", models.SET_NULL, null=True, related_name="+")
    opinion = models.ForeignKey("triage.Opinion", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="deed_latest"),
            models.Index(fields=["stroke"], name="deed_stroke"),
        ]

    def __str__(self) -> str:
        return f"{self.event} item {self.item_id}"


class Tag(models.Model):
    """A word that people put on items."""

    name = models.CharField(max_length=50, unique=True)
    used = models.PositiveIntegerField(default=0)  # how often: those used most are suggested

    def __str__(self) -> str:
        return self.name


class ItemTag(models.Model):
    """A tag on an item, and who put it there."""

    item = models.ForeignKey("triage.Item", models.CASCADE, related_name="item_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="item_tags")
    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "tag"], name="item_tag_once")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on item {self.item_id}"


class Note(models.Model):
    """What colleagues tell each other about an item. Never sent to a platform."""

    item = models.ForeignKey("triage.Item", models.CASCADE, related_name="notes")
    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    searched = models.BooleanField(default=False)  # the search knows it

    class Meta:
        indexes = [
            models.Index(fields=["item", "id"], name="note_thread"),
            models.Index(fields=["id"], name="note_unsearched", condition=models.Q(searched=False)),
        ]

    def __str__(self) -> str:
        return f"note {self.pk} on item {self.item_id}"


class Mention(models.Model):
    """Somebody is named in a note; unread until they say that they have read it."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(USER, models.CASCADE, related_name="mentions")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once")]
        indexes = [
            models.Index(
                fields=["user", "-id"], name="mention_unread", condition=models.Q(read_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in note {self.note_id}"


class Draft(models.Model):
    """An answer that somebody is writing, saved as it is typed. `version` is the item's, then."""

    item = models.ForeignKey("triage.Item", models.CASCADE, related_name="drafts")
    user = models.ForeignKey(USER, models.CASCADE, related_name="drafts")
    text = models.TextField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.user_id} for item {self.item_id}"


class SavedReply(models.Model):
    """A text that is sent often: a person's own, or a whole team's (then `owner` wrote it)."""

    owner = models.ForeignKey(USER, models.CASCADE, related_name="saved_replies")
    team = models.CharField(max_length=16, blank=True, default="")  # empty: the owner's own
    title = models.CharField(max_length=100)
    text = models.TextField()
    used = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class Mute(models.Model):
    """What a person posts goes to the archive from now on, until somebody lifts it."""

    class How(models.TextChoices):
        MUTE = "mute"  # what is open already stays where it is
        BLOCK = "block"  # what is open already goes to the archive too

    person = models.ForeignKey(Person, models.CASCADE, related_name="mutes")
    how = models.CharField(max_length=8, choices=How)
    reason = models.CharField(max_length=500)
    user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="muted_once", condition=models.Q(lifted_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.how} person {self.person_id}"
