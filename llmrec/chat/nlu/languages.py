"""Languages of a line: which one it is in where that one is not read, and the conditions of a Chinese one.

Chinese is written without spaces, so values are found as they stand in the line and not word by word; names of film
genres, which a catalogue may have in English, are translated.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.catalog.vocabulary import MINUTES
from llmrec.catalog.wording import wording
from llmrec.chat.nlu.lexicon import Lexicon, value_facets
from llmrec.chat.nlu.quantities import NOT_NEW, NOT_OLD, OLD, RECENT, newest_year, price_bands
from llmrec.retrieval.filters import attribute_kinds, read_clauses, written

CHINESE = r"\u3400-\u9fff"
MAX_VALUE = 20
"""Characters of a value that is looked for."""
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"), "ko": re.compile(r"[\uac00-\ud7af]"), "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
}  # fmt: skip
_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "de": "ich du wir mir mich etwas bitte ein eine einen einem und oder nicht kein keine für mit das der die ist "
              "möchte gerne gern habe hast suche zeig zeige gib empfiehl lustiges film filme danke heute abend aber auch",
        "fr": "je tu nous vous moi quelque chose un une des les le la et ou pas de pour avec est veux voudrais cherche "
              "montre donne recommande merci ce soir mais aussi drôle s'il plaît bonjour",
        "es": "yo tú nosotros algo una uno unos las los el la y o no para con es quiero quisiera busco muestra dame "
              "recomienda gracias por favor esta noche pero también divertido hola película películas",
        "it": "io tu noi qualcosa un una dei gli il la e o non per con è voglio vorrei cerco mostra dammi consiglia "
              "grazie favore stasera ma anche divertente ciao film di",
        "pt": "eu você nós algo uma um umas os as e ou não para com é quero gostaria procuro mostre recomende obrigado "
              "obrigada por favor esta noite mas também engraçado olá filme filmes",
        "nl": "ik jij wij mij iets graag een en of niet geen voor met het de is wil zoek toon geef dank vanavond maar "
              "ook grappigs alsjeblieft hallo film films",
    }.items()
}  # fmt: skip
"""Common words of languages that are not read."""
_ENGLISH = frozenset(
    re.findall(
        r"[\w'-]+",
        "i me my you the a an is are was and or not for with of to in on it that this what who how something "
        "anything want like show some any no film movie please by about from films movies one ones",
    )
)
MIN_SHARE = 0.5
"""Share of a line's words, two of them at least, that make it one of another language."""
_STEM = re.compile(r"(?<!不要)(?<!不想要)([裙裤鞋帽靴衫袜])子?")
"""Words for clothes that a catalogue parts further."""
_NEGATION = re.compile(
    r"(?:不要|不想看|不想要|不想|不看|不买|不读|不听|不喜欢|不爱|别给我|别推荐|别再|别|除了|讨厌|拒绝|排除|受不了|千万别|(?<!有)没有|远离|"
    r"去掉|拿掉|删掉|撤掉|没要|没说要|没让你|不是要|(?:怎么|居然|竟然|你)(?:又|还|老是?)?(?:给我|给)?(?:推荐?|放)了?|"
    r"(?<![要是])不(?:会|那么|怎么)?)"
    r"(?:再|要|给我|推荐|推|来|看|任何|什么|有|那种|跟|和|太)*[《“「]?$"
)
"""What rules out a value that stands behind it; a complaint of what was shown does, too."""
_NEGATED_AFTER = re.compile(
    r"(?:片|类|电影|的|书|小说)*(?:都|也|就|这种)?(?:(?:实在)?(?:太|有点|过于)(?!少|好|喜欢|棒|美|想)[^,。!?;、,.!?;\s]{1,4}(?=[,。!?;,.!?;\s]|$)|(?:除外|免谈|以外的?|不要了?|不看|不行|算了|别来|别推了?|别)(?!是)|"
    r"[^,。!?;、,.!?;\s]{0,6}?(?:不要|不看|不爱看|不想看|不喜欢|不感兴趣|受不了|别来|别推荐?|别放|去掉|拿掉|删掉|除外|免了)[了的吧啊呀嘛哦啦]*(?=[,。!?;、,.!?;\s]|$))"
)
"""What rules out a value that stands before it: 恐怖片统统不要, 动画片爷爷不爱看."""
_ASKED_OF = re.compile(r"(?:第[一二三四五六七八九十\d]+[部本个件]|[这那]部|它|最后一?部)[^,。!?;]{0,4}$")
"""What a question whether an item is something begins with: 第三部恐怖吗."""
_EITHER = re.compile(r"(?:片|类|电影|的)*(?:或者?|还是|或是)(?:是|看)?")
_GENRES = {
    "恐怖": "horror", "惊悚": "thriller", "喜剧": "comedy", "搞笑片": "comedy", "爱情": "romance", "动作": "action", "科幻": "sci-fi",
    "动画": "animation", "战争": "war", "打仗": "war", "犯罪": "crime", "剧情片": "drama", "纪录片": "documentary", "音乐剧": "musical",
    "歌舞片": "musical", "西部": "western", "悬疑": "mystery", "奇幻": "fantasy", "冒险": "adventure", "儿童": "children's",
    "黑色电影": "film-noir", "吓人": "horror",
    "连衣裙": "dress", "裙子": "dress", "长裙": "dress", "半身裙": "skirt", "短裙": "skirt", "裤子": "trousers", "长裤": "trousers",
    "牛仔裤": "trousers", "短裤": "shorts", "衬衫": "shirt", "衬衣": "shirt", "毛衣": "sweater", "外套": "jacket", "夹克": "jacket",
    "大衣": "coat", "西装": "blazer", "开衫": "cardigan", "卫衣": "hoodie", "靴子": "boots", "凉鞋": "sandals", "运动鞋": "sneakers",
    "鞋子": "sneakers", "围巾": "scarf", "帽子": "hat/beanie", "袜子": "socks", "腰带": "belt", "皮带": "belt", "包包": "bag", "泳衣": "swimsuit",
    "背心": "vest top", "黑色": "black", "白色": "white", "红色": "red", "蓝色": "blue", "绿色": "green", "黄色": "yellow",
    "灰色": "grey", "粉色": "pink", "粉红色": "pink", "橙色": "orange", "米色": "beige", "深蓝色": "dark blue", "浅蓝色": "light blue",
    "男装": "men", "男士": "men", "男款": "men", "男朋友": "men", "老公": "men", "女装": "women", "女士": "women", "女款": "women",
    "女朋友": "women", "老婆": "women", "童装": "kids", "条纹": "stripe", "格子": "check", "蕾丝": "lace", "牛仔": "denim", "纯色": "solid", "素色": "solid",
    "碎花": "all over pattern", "印花": "all over pattern", "波点": "dot", "圆点": "dot", "格纹": "check", "亮片": "sequin", "包": "bag", "耳环": "earring",
    "项链": "necklace", "手套": "gloves", "T恤": "t-shirt", "睡衣": "pyjama set", "内衣": "bra", "连体裤": "jumpsuit/playsuit", "墨镜": "sunglasses",
}  # fmt: skip
"""Genre of a film, or kind, colour or section of clothes in Chinese -> as catalogues in English have it."""
_GLOSSES = {
    "搞笑": "funny", "好笑": "funny", "幽默": "humorous", "轻松": "light-hearted", "治愈": "heartwarming", "温馨": "heartwarming",
    "温暖": "heartwarming", "感人": "moving", "感动": "moving", "催泪": "tearjerker", "烧脑": "mind-bending",
    "推理": "detective mystery", "侦探": "detective", "破案": "detective crime", "悬疑": "mystery", "惊悚": "thriller", "恐怖": "horror",
    "吸血鬼": "vampire", "僵尸": "zombie", "科幻": "science fiction", "太空": "space", "宇宙": "space", "飞船": "spaceship", "外星": "aliens",
    "机器人": "robot", "时间旅行": "time travel", "穿越": "time travel", "未来": "future", "恐龙": "dinosaurs", "怪兽": "monster", "灾难": "disaster", "潜艇": "submarine", "飞机": "airplane", "火车": "train", "公路": "road trip", "赛车": "racing",
    "打仗": "war", "战争": "war", "二战": "World War II", "历史": "historical", "古装": "period costume", "宫廷": "royal court", "西部": "western",
    "黑帮": "gangster", "杀手": "hitman", "间谍": "spy", "特工": "secret agent", "警察": "police", "犯罪": "crime", "越狱": "prison escape",
    "监狱": "prison", "法庭": "courtroom", "律师": "lawyer", "抢劫": "heist", "动作": "action", "打斗": "fighting", "功夫": "martial arts",
    "武侠": "martial arts", "枪战": "gunfight", "冒险": "adventure", "奇幻": "fantasy", "魔法": "magic", "超级英雄": "superhero", "爱情": "romance",
    "浪漫": "romantic", "恋爱": "love story", "婚礼": "wedding", "家庭": "family", "全家": "family", "亲子": "family children", "孩子": "children",
    "小孩": "children", "儿童": "children", "儿子": "children", "女儿": "children", "动画": "animation", "卡通": "cartoon", "青春": "coming of age",
    "校园": "school", "老师": "teacher", "友情": "friendship", "兄弟": "brothers", "母亲": "mother", "父亲": "father",
    "女性": "women", "有狗": "dog", "狗狗": "dog", "小狗": "dog", "有猫": "cat", "动物": "animals", "鲨鱼": "shark", "体育": "sports", "篮球": "basketball",
    "足球": "soccer", "拳击": "boxing", "棒球": "baseball", "音乐": "music", "艺术": "art", "美食": "food",
    "做饭": "cooking", "旅行": "travel", "乡村": "countryside", "城市": "city", "纽约": "New York", "巴黎": "Paris", "圣诞": "Christmas",
    "经典": "classic", "黑白": "black and white", "默片": "silent film", "冷门": "little known",
    "文艺": "art house", "小众": "art house", "法国": "French", "日本": "Japanese", "英国": "British", "意大利": "Italian", "香港": "Hong Kong",
    "记录": "documentary", "纪录": "documentary", "真实": "true story", "传记": "biography", "励志": "inspiring",
    "安静": "quiet", "平静": "calm", "快节奏": "fast-paced", "热血": "exciting", "刺激": "thrilling", "紧张": "suspenseful", "好看": "good",
    "有意思": "entertaining", "解压": "relaxing", "下饭": "easy entertaining", "夏天": "summer", "夏季": "summer", "冬天": "winter", "冬季": "winter", "春天": "spring", "秋天": "autumn", "上班": "office", "办公室": "office",
    "通勤": "office", "派对": "party", "聚会": "party", "保暖": "warm", "运动": "sports", "正式": "formal", "休闲": "casual", "宽松": "loose", "修身": "slim",
    "舒服": "comfortable", "纯棉": "cotton", "棉": "cotton", "羊毛": "wool", "亚麻": "linen", "真丝": "silk", "真皮": "leather", "牛仔": "denim", "蕾丝": "lace",
    "口袋": "pockets", "沙滩": "beach", "海边": "beach", "度假": "holiday", "面试": "office", "防水": "waterproof", "拉链": "zip", "大片": "blockbuster", "爆米花": "blockbuster",
}  # fmt: skip
"""Word of a query in Chinese -> words that a model of English reads."""
_TITLES = {
    "肖申克的救赎": "Shawshank Redemption, The", "肖申克": "Shawshank Redemption, The", "阿甘正传": "Forrest Gump", "阿甘": "Forrest Gump",
    "离开拉斯维加斯": "Leaving Las Vegas", "甜心先生": "Jerry Maguire", "雌雄大盗": "Bonnie and Clyde", "末路狂花": "Thelma & Louise", "泰坦尼克号": "Titanic", "泰坦尼克": "Titanic", "这个杀手不太冷": "Professional, The", "侏罗纪公园": "Jurassic Park", "狮子王": "Lion King, The",
    "玩具总动员": "Toy Story", "终结者2": "Terminator 2: Judgment Day", "终结者": "Terminator, The", "星球大战": "Star Wars", "星战": "Star Wars",
    "教父": "Godfather, The", "低俗小说": "Pulp Fiction", "辛德勒的名单": "Schindler's List", "独立日": "Independence Day (ID4)",
    "真实的谎言": "True Lies", "生死时速": "Speed", "空军一号": "Air Force One", "第五元素": "Fifth Element, The", "雨人": "Rain Man",
    "西雅图未眠夜": "Sleepless in Seattle", "西雅图夜未眠": "Sleepless in Seattle", "罗马假日": "Roman Holiday", "卡萨布兰卡": "Casablanca",
    "乱世佳人": "Gone with the Wind", "音乐之声": "Sound of Music, The", "沉默的羔羊": "Silence of the Lambs, The", "七宗罪": "Seven (Se7en)",
    "变相怪杰": "Mask, The", "勇敢的心": "Braveheart", "勇闯夺命岛": "Rock, The", "碟中谍": "Mission: Impossible", "黑衣人": "Men in Black",
    "小鬼当家": "Home Alone", "人鬼情未了": "Ghost", "漂亮女人": "Pretty Woman", "风月俏佳人": "Pretty Woman", "剪刀手爱德华": "Edward Scissorhands",
    "闪灵": "Shining, The", "惊魂记": "Psycho", "后窗": "Rear Window", "迷魂记": "Vertigo", "十二怒汉": "12 Angry Men",
    "飞越疯人院": "One Flew Over the Cuckoo's Nest", "出租车司机": "Taxi Driver", "2001太空漫游": "2001: A Space Odyssey",
    "银翼杀手": "Blade Runner", "异形": "Alien", "大白鲨": "Jaws", "外星人ET": "E.T. the Extra-Terrestrial", "回到未来": "Back to the Future",
    "夺宝奇兵": "Raiders of the Lost Ark", "洛城机密": "L.A. Confidential", "英国病人": "English Patient, The", "心灵捕手": "Good Will Hunting",
    "猜火车": "Trainspotting", "冰血暴": "Fargo", "惊声尖叫": "Scream", "阿拉丁": "Aladdin", "美女与野兽": "Beauty and the Beast",
    "变脸": "Face/Off", "喜剧之王": "King of Comedy, The", "非常嫌疑犯": "Usual Suspects, The", "土拨鼠之日": "Groundhog Day",
    "死亡诗社": "Dead Poets Society", "绿野仙踪": "Wizard of Oz, The", "公民凯恩": "Citizen Kane", "雨中曲": "Singin' in the Rain",
    "龙卷风": "Twister", "廊桥遗梦": "Bridges of Madison County, The", "埃及艳后": "Cleopatra", "阿波罗13号": "Apollo 13", "费城故事": "Philadelphia",
    "理智与情感": "Sense and Sensibility", "窈窕淑女": "My Fair Lady", "发条橙": "Clockwork Orange, A", "奇爱博士": "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",
    "全金属外壳": "Full Metal Jacket", "现代启示录": "Apocalypse Now", "好家伙": "GoodFellas", "美国往事": "Once Upon a Time in America",
    "落水狗": "Reservoir Dogs", "虎胆龙威": "Die Hard", "勇敢者的游戏": "Jumanji", "小飞侠": "Peter Pan", "白雪公主": "Snow White and the Seven Dwarfs",
    "101忠狗": "101 Dalmatians", "一百零一忠狗": "101 Dalmatians", "101斑点狗": "101 Dalmatians", "小飞象": "Dumbo", "风中奇缘": "Pocahontas",
    "真假公主": "Anastasia", "大力士": "Hercules", "钟楼怪人": "Hunchback of Notre Dame, The", "空中大灌篮": "Space Jam", "大话王": "Liar Liar",
    "欢乐满人间": "Mary Poppins", "小猪宝贝": "Babe", "宝贝小猪": "Babe", "深渊": "Abyss, The", "钢琴课": "Piano, The",
    "小美人鱼": "Little Mermaid, The", "灰姑娘": "Cinderella", "木偶奇遇记": "Pinocchio", "幻想曲": "Fantasia", "超级无敌掌门狗": "Wrong Trousers, The",
    "重庆森林": "Chungking Express", "饮食男女": "Eat Drink Man Woman", "北非谍影": "Casablanca", "爱玛": "Emma", "正午": "High Noon",
    "虎豹小霸王": "Butch Cassidy and the Sundance Kid", "阿拉伯的劳伦斯": "Lawrence of Arabia", "日落黄沙": "Wild Bunch, The",
    "黄金三镖客": "Good, The Bad and The Ugly, The", "西部往事": "Once Upon a Time in the West", "豪勇七蛟龙": "Magnificent Seven, The",
    "陆军野战医院": "M*A*S*H", "拯救大兵瑞恩": "Saving Private Ryan", "野战排": "Platoon", "猎鹿人": "Deer Hunter, The", "桂河大桥": "Bridge on the River Kwai, The",
    "非洲女王号": "African Queen, The", "与狼共舞": "Dances with Wolves", "彗星美人": "All About Eve", "日落大道": "Sunset Blvd.", "热情似火": "Some Like It Hot",
    "西北偏北": "North by Northwest", "群鸟": "Birds, The", "安妮霍尔": "Annie Hall", "安妮·霍尔": "Annie Hall", "莫扎特传": "Amadeus",
    "愤怒的公牛": "Raging Bull", "公主新娘": "Princess Bride, The", "当哈利遇到莎莉": "When Harry Met Sally...", "我最好朋友的婚礼": "My Best Friend's Wedding",
    "圣诞夜惊魂": "Nightmare Before Christmas, The", "猛鬼街": "Nightmare on Elm Street, A", "魔女嘉莉": "Carrie", "接触未来": "Contact", "一脱到底": "Full Monty, The",
    "光猪六壮士": "Full Monty, The", "阿呆与阿瓜": "Dumb & Dumber", "绝地归来": "Return of the Jedi",
    "绝地大反击": "Return of the Jedi", "帝国反击战": "Empire Strikes Back, The", "西藏七年": "Seven Years in Tibet", "生活多美好": "It's a Wonderful Life",
    "巨蟒与圣杯": "Monty Python and the Holy Grail", "布朗夫人": "Mrs. Brown (Her Majesty, Mrs. Brown)", "纯真年代": "Age of Innocence, The",
}  # fmt: skip
"""Chinese title of a film -> the one of MovieLens."""
_DECADE = re.compile(
    r"(?:(?:19|20)?\d0(?:年代?)?|[三四五六七八九]{1,2}十(?:年代)?)(?:\s*(?:、|,|和|跟|或者?|还是|到|至|-|~)\s*(?=[\d三四五六七八九]+[0十](?:年代|[、,和跟或到至])))?"
)
_DECADES = re.compile(
    rf"(?P<all>(?:{_DECADE.pattern})+)(?<=年代)(?:(?P<since>以后|之后|以来|起)|(?P<until>以前|之前))?的?"
)
"""One decade or more: 九十年代, 八九十年代, 80年代和90年代."""
_AGE = re.compile(
    r"(?:别|不要|不想看|不看|不喜欢|不爱看?|讨厌)(?:给我)?(?:推荐)?(?:太|那么)?(?:老|旧|古老)(?:的|片子?|电影)*|(?P<recent>(?:最近|近)(?:几年|些年|两年)(?:上映|拍)?的?)|"
    r"(?P<new>(?:别|不要|不想看|不看|不喜欢|不爱看?)(?:给我)?(?:推荐)?(?:太|那么|很)(?:新|近)(?:的|片子?|电影)*)|"
    r"(?P<old>(?<!不要)(?<!别看)(?<!不看)(?<!不喜欢)(?<!讨厌)老(?:片子?|电影))"
)
_YEARS_LISTED = re.compile(
    r"(?<!\d)(?:19|20)?[3-9]\d年?(?:\s*(?:、|,|和|或者?|还是|跟|/)\s*(?:是)?(?:19|20)?[3-9]\d年?)+(?<=年)(?!代|以|之|后|前)(?:上映|拍)?的?"
)
"""Years of which any will do: 95、96年的."""
_CHINESE_DIGITS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_PRICE = ("price", "cost")
_CHEAP = re.compile(
    r"(?:价格|价钱)?(?:要|比较|很|特别)?(?:(?P<cheap>(?<![不比最更太])(?:便宜|实惠|平价)|(?:不要|别)太贵)|(?<![不比最更太])(?:昂贵|高档|贵))(?!一?[点些]|得|吗|不|了|妃|族|人|宾)的?"
)
"""What wants items of the lower, or of the upper, third of the prices."""
_NO_OTHER = r"(?!\d|\s*(?:年|分钟|页|岁|个|小时))"
_AMOUNT = r"(?P<n>\d+(?:\.\d+)?)\s*(?:块钱?|元|人民币|rmb)?"
_MINUTES = r"(?P<n>\d+|[一两二三四])\s*(?:分钟|(?P<hours>个?(?:小时|钟头)))"
_QUANTITIES = tuple(
    (re.compile(pattern), names, operator)
    for pattern, names, operator in (
        (rf"(?:不(?:要)?(?:超过|长于|多于)|最多|最长|少于|短于){_MINUTES}", MINUTES, "<="),
        (rf"{_MINUTES}(?:以内|之内|以下)", MINUTES, "<="),
        (rf"(?:至少|超过|长于|不少于){_MINUTES}", MINUTES, ">="),
        (rf"(?:预算|价格)?(?:是|为|在)?(?:不(?:要)?(?:超过|高于)|低于|最多|少于){_AMOUNT}{_NO_OTHER}", _PRICE, "<="),
        (rf"{_AMOUNT}(?:以内|以下|之内)", _PRICE, "<="),
        (rf"预算(?:是|为|只有|大概|大约)?{_AMOUNT}", _PRICE, "<="),
        (rf"{_AMOUNT}以上", _PRICE, ">="),
        (r"(?P<n>(?:18|19|20)\d\d)年?(?:以后|之后)的?", ("year", "release_year"), ">="),
        (r"(?P<n>(?:18|19|20)\d\d)年?后的", ("year", "release_year"), ">="),
        (r"(?P<n>(?:18|19|20)\d\d)年?前的", ("year", "release_year"), "<"),
        (r"(?P<n>(?:18|19|20)\d\d)年(?:上映|拍)?的(?=[\s,。!?]|$|电影|片)", ("year", "release_year"), "="),
        (r"(?P<n>(?:18|19|20)\d\d)年?(?:以前|之前)的?", ("year", "release_year"), "<"),
    )
)
"""What states a number, names of attributes that it is about, and how an item's compares."""


def is_chinese(text: str) -> bool:
    """Tell whether a text is in Chinese, be it in part.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool
        False where it holds Japanese or Korean letters, too.
    """
    return re.search(f"[{CHINESE}]", text) is not None and not re.search(r"[\u3040-\u30ff\uac00-\ud7af]", text)


def language_of(line: str) -> Literal["en", "zh"]:
    """Return the language in which a line is answered.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    {"en", "zh"}

    Examples
    --------
    >>> language_of("a comedy"), language_of("来部喜剧")
    ('en', 'zh')
    """
    return "zh" if is_chinese(line) else "en"


def unread_language(line: str) -> str:
    """Tell which language a line is in, where it is neither English nor Chinese.

    Parameters
    ----------
    line
        What a person wrote.

    Returns
    -------
    str
        ISO 639-1 code of one of `llmrec.chat.wordings.LANGUAGES`; "" where the line may be read.

    Examples
    --------
    >>> unread_language("Etwas Lustiges bitte"), unread_language("La Femme Nikita"), unread_language("笑えるもの")
    ('de', '', 'ja')
    """
    for language, script in _SCRIPTS.items():
        if 2 * len(script.findall(line)) > sum(map(str.isalpha, line)):
            return language
    if re.search(r"[\u3040-\u30ff]", line):
        return "ja"  # kana between Chinese characters
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", line.lower())
    counts = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    english = sum(word in _ENGLISH for word in words)
    return best if counts[best] >= max(2, MIN_SHARE * len(words)) and counts[best] > english else ""


def in_chinese(value: str) -> str:
    """Say an attribute value in Chinese, where it is a genre in English that has a Chinese name.

    Parameters
    ----------
    value
        Value of an attribute.

    Returns
    -------
    str

    Examples
    --------
    >>> in_chinese("Comedy"), in_chinese("Linen")
    ('喜剧', 'Linen')
    """
    return next((word for word, genre in _GENRES.items() if genre == value.casefold()), value)


def kind_in_english(value: str) -> str:
    """Say a kind of items in English, where it is in Chinese and has a name there.

    Parameters
    ----------
    value
        Value of an attribute.

    Returns
    -------
    str
        In lower case.

    Examples
    --------
    >>> kind_in_english("喜剧片"), kind_in_english("Crime"), kind_in_english("剧情")
    ('comedy', 'crime', 'drama')
    """
    for word in (value, value.removesuffix("片"), f"{value}片"):
        if word in _GENRES:
            return _GENRES[word]
    return value.casefold()


def with_titles(line: str, catalog: Catalog) -> str:
    """Put titles of the catalogue in the place of their Chinese ones.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        The items.

    Returns
    -------
    str
        The line with 《Forrest Gump》 where it says 阿甘正传, if the catalogue has that film.
    """
    if not re.search(f"[{CHINESE}]", line):
        return line
    known = derived(catalog, _translated)
    for own in sorted(known, key=len, reverse=True):
        line = re.sub(rf"《?{re.escape(own)}》?", f"《{known[own]}》", line)
    if lacking := unlisted_titles(line, catalog):
        line = re.sub(rf"《?(?:{'|'.join(map(re.escape, lacking))})》?(?:或者?|和|、|跟|还有)?(?=《)", "", line)
    return _LIKE_TITLES.sub(r"类似\g<title>的", line)


_LIKE_TITLES = re.compile(
    r"(?:有没有|来[点部个]|想看|有|要)?(?:《[^》]+》(?:或者?|和|、|跟|还有))*(?P<title>《[^》]+》)(?:那|这)(?:种|样|类)的?(?:电影|片子?)?"
)
"""What asks for the like of a title: 有没有《Bonnie and Clyde》那种."""


def unlisted_titles(line: str, catalog: Catalog) -> tuple[str, ...]:
    """Find the known Chinese titles in a line of films that the catalogue lacks.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        The items.

    Returns
    -------
    tuple of str
        As they stand in the line; none where the catalogue is of no films.
    """
    known = derived(catalog, _translated)
    return tuple(own for own in _TITLES if known and own in line and own not in known) if known else ()


def in_english(query: str, catalog: Catalog) -> str:
    """Write a query in Chinese in words of English, for a catalogue that is in English.

    Parameters
    ----------
    query
        A query.
    catalog
        The items.

    Returns
    -------
    str
        The words of English that it holds, and those of `_GLOSSES`; "" where there are none: by Chinese characters films with
        Chinese titles would rank.
    """
    if not is_chinese(query) or derived(catalog, _tells_chinese):
        return query
    found, at = [], 0
    glosses = {**_GENRES, **_GLOSSES}
    if wording(catalog).noun != "product":  # who watches along is no word of a film
        glosses = {word: gloss for word, gloss in glosses.items() if gloss not in ("men", "women", "kids")}
    longest = max(map(len, glosses))
    while at < len(query):
        end = next((end for end in range(min(len(query), at + longest), at, -1) if query[at:end] in glosses), at + 1)
        found.append(glosses.get(query[at:end], query[at] if query[at].isascii() else " "))
        if end > at + 1 or query[at:end] in glosses:
            found.append(" ")
        at = end
    words = dict.fromkeys(re.sub(r"[^\w' -]", " ", "".join(found)).split())
    return " ".join(words)


def _translated(catalog: Catalog) -> dict[str, str]:
    """Chinese title -> title, of the films of a catalogue."""
    held = {item.title for item in catalog.items}
    return {own: title for own, title in _TITLES.items() if title in held}


def _tells_chinese(catalog: Catalog) -> bool:
    """Whether a catalogue is in Chinese, by its first items."""
    sample = catalog.items[:200]
    return 2 * sum(is_chinese(f"{item.title} {item.description}") for item in sample) > len(sample)


def chinese_conditions(line: str, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """Take the conditions out of a line in Chinese.

    Parameters
    ----------
    line
        What a person wrote.
    catalog
        Its attribute values are looked for, and Chinese words for its genres.

    Returns
    -------
    text : str
        The line without what it rules out: a query for it would find just that.
    conditions : tuple of str
        Each as `llmrec.retrieval.filters.parse_where` reads it.

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> books = Catalog("books", (Item("1", "白夜行", "", {"author": "东野圭吾"}),), {})
    >>> chinese_conditions("推荐悬疑小说,不要东野圭吾", books)
    ('推荐悬疑小说,', ('author!=东野圭吾',))
    """
    if not re.search(f"[{CHINESE}]", line):
        return line, ()
    values, found, left, at, kept = derived(catalog, _chinese_values), [], [], 0, 0
    before_value = derived(catalog, _names_before)
    negated_until = wanted_until = -1
    while at < len(line):
        ends = range(min(len(line), at + MAX_VALUE), at, -1)
        end = next((end for end in ends if line[at:end].casefold() in values), None)
        if end is None and (stem := _STEM.match(line, at)) and (named := _ending_in(stem[1], values))[0]:
            found.append(written(named[0], "=", named[1]))
            at = stem.end()
            continue
        if end is None:
            at += 1
            continue
        if re.match(r"[片的]?(?:不.{1,2})?(?:吗|么|嘛)", line[end:]) and _ASKED_OF.search(line[:at]):
            at = end
            continue
        readings = values[line[at:end].casefold()]
        before, told = line[:at], before_value.search(line[:at])
        if told and told["name"].casefold() in readings:
            readings = {told["name"].casefold(): readings[told["name"].casefold()]}
            before = line[: told.start()]
        attributes = tuple(dict.fromkeys(name for name, _ in readings.values()))
        own = tuple(dict.fromkeys(value for _, value in readings.values()))
        lead = _NEGATION.search(before[-16:])
        after = _NEGATED_AFTER.match(line, end)
        if after and not lead:
            left.append(line[kept:at])
            kept = negated_until = at = after.end()
            found.append(written(attributes, "!=", own))
            continue
        either = _EITHER.fullmatch(line[wanted_until:at]) if wanted_until >= 0 else None
        if either and not lead and read_clauses(found[-1])[0].attributes == attributes:
            found[-1] = written(attributes, "=", (*read_clauses(found[-1])[0].values, *own))
            at = wanted_until = end
            continue
        joined = (
            re.fullmatch(r"[片的类]*(?:和|、|跟|或|也不要|以及|或者)", line[negated_until:at])
            if negated_until >= 0
            else None
        )
        if lead or joined:
            start = len(before) - len(lead[0]) if lead else at
            left.append(line[kept:start])
            tail = re.match(r"[》”」]?(?:的书|的|片|类|电影|书|小说)*", line[end:])
            kept = negated_until = end + (tail.end() if tail else 0)
            found.append(written(attributes, "!=", own))
            at = kept
            continue
        found.append(written(attributes, "=", own))
        at = wanted_until = end
    text = "".join((*left, line[kept:]))
    read = {condition: read_clauses(condition)[0] for condition in found}
    excluded = [replace(clause, operator="=") for clause in read.values() if clause.operator == "!="]
    conditions = [condition for condition in found if read[condition] not in excluded]
    if attribute_kinds(catalog).get("year") == "number" and (decades := _DECADES.search(text)):
        conditions += _years_of(decades)
        text = f"{text[: decades.start()]} {text[decades.end() :]}"
    if attribute_kinds(catalog).get("year") == "number" and (years := _YEARS_LISTED.search(text)):
        listed = [each if len(each) == 4 else f"19{each}" for each in re.findall(r"\d{4}|\d\d", years[0])]
        conditions.append(f"year={'|'.join(dict.fromkeys(listed))}")
        text = f"{text[: years.start()]} {text[years.end() :]}"
    if attribute_kinds(catalog).get("year") == "number" and (age := _AGE.search(text)):
        newest = derived(catalog, newest_year)
        span = RECENT if age["recent"] else NOT_OLD
        until = OLD if age["old"] else NOT_NEW
        conditions.append(f"year<{newest - until}" if age["old"] or age["new"] else f"year>{newest - span}")
        text = f"{text[: age.start()]} {text[age.end() :]}"
    if attribute_kinds(catalog).get("price") == "number" and (cheap := _CHEAP.search(text)):
        low, high = derived(catalog, price_bands)
        conditions.append(f"price<{low:g}" if cheap["cheap"] else f"price>={high:g}")
        text = f"{text[: cheap.start()]} {text[cheap.end() :]}"
    for pattern, names, operator in _QUANTITIES:
        name = next((name for name in names if attribute_kinds(catalog).get(name) == "number"), None)
        if name is None:
            continue
        while match := pattern.search(text):
            number = _CHINESE_DIGITS.get(match["n"], 0) or float(match["n"])
            factor = 60 if match.groupdict().get("hours") else 1
            conditions.append(f"{name}{operator}{number * factor:g}")
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text, tuple(dict.fromkeys(conditions))


def _years_of(decades: re.Match[str]) -> list[str]:
    """Conditions on the year of one decade, or of several."""
    starts = []
    for century, digit, words in re.findall(r"(19|20)?(\d)0|([三四五六七八九]+)十", decades["all"]):
        digits = [_CHINESE_DIGITS[word] for word in words] or [int(digit)]
        starts += [100 * int(century or (19 if each > 2 else 20)) + 10 * each for each in digits]
    first, last = min(starts), max(starts)
    if decades["since"] or decades["until"]:
        return [f"year<{first}"] if decades["until"] else [f"year>={first}"]
    if len(starts) * 10 > last - first or re.search(r"[到至~-]", decades["all"]):
        return [f"year>={first}", f"year<{last + 10}"]
    return ["year=" + "|".join(f"{start}..{start + 9}" for start in sorted(starts))]


def _ending_in(
    stem: str, values: Mapping[str, Mapping[str, tuple[str, str]]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Attributes and values that end in a word: 裙子 means every 裙; empty where none do."""
    pairs = [pair for word, readings in values.items() if word.endswith(stem) for pair in readings.values()]
    names = tuple(dict.fromkeys(name for name, _ in pairs))
    return (names, tuple(dict.fromkeys(value for _, value in pairs))) if pairs else ((), ())


def _chinese_values(catalog: Catalog) -> dict[str, dict[str, tuple[str, str]]]:
    """Chinese word -> of each attribute that has it, by its name in lower case, the attribute and the value."""
    own: dict[str, dict[str, tuple[str, str]]] = {}
    english: dict[str, dict[str, tuple[str, str]]] = {}
    for facet in derived(catalog, value_facets):
        word = facet.value.casefold()
        if re.search(f"[{CHINESE}]", facet.value) and len(facet.value) > 1:
            own.setdefault(word, {})[facet.name.casefold()] = facet.name, facet.value
        english.setdefault(word, {})[facet.name.casefold()] = facet.name, facet.value
    lexicon = Lexicon.of(catalog)
    for value in ("men", "women", "kids"):  # sections that are for them
        held = [
            pair
            for mention in lexicon.mentions(value)
            for name, of in mention.readings
            for pair in ((name, v) for v in of)
        ]
        if held:
            english[value] = {f"{name} {n}": (name, each) for n, (name, each) in enumerate(held)}
    return {**{word: english[value] for word, value in _GENRES.items() if value in english}, **own}


def _names_before(catalog: Catalog) -> re.Pattern[str]:
    """The name of an attribute at the end of what stands before a value."""
    names = sorted({facet.name for facet in derived(catalog, value_facets)}, key=len, reverse=True)
    return re.compile(rf"(?P<name>{'|'.join(map(re.escape, names)) or '(?!)'})\s*(?:[:=:]|是|为)?\s*$", re.I)
