"""Taking part online 线上互动: prize collections 有奖征集 and quizzes 答题, voluntary, with honest draws and within a budget."""
