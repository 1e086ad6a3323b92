"""scikit-learn: TF-IDF of words, pairs of words and pieces of two to five letters, one linear SVM per label."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC


class Linear:
    """A pipeline with decision scores."""

    def __init__(self, train):
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self.model = make_pipeline(make_union(words, pieces), LinearSVC(C=1.0, random_state=0))
        self.model.fit([row[0] for row in train], [row[1] for row in train])
        self.labels = [str(label) for label in self.model.classes_]

    def scores(self, texts):
        """[texts, labels]"""
        return self.model.decision_function(texts)


def build(train, options):
    """Trained on all of it."""
    return Linear(train)
