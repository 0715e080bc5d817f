"""What the knowledge base refuses."""

from core.kit.errors import Refused


class NoSuchArticle(Refused):
    """The knowledge base has no such article."""

    code = "no-such-article"


class NoSuchQuestion(Refused):
    """No such question was asked of a unit, or it is answered already."""

    code = "no-such-question"


class ArticleUnusable(Refused):
    """What was written cannot become an article."""

    code = "article-unusable"


class ArticleChanged(Refused):
    """The version that is spoken of is not the one that stands."""

    code = "article-changed"
