package demo

// givenFirst and familyFirst are how names are put together.
const (
	givenFirst      = "%[1]s %[2]s"
	familyFirst     = "%[2]s %[1]s"
	familyFirstFull = "%[2]s%[1]s"
)

func europe() []place {
	return []place{
		{
			language: "de", timeZone: "Europe/Berlin", country: "DE", locality: "Berlin", postalCode: "10115", street: "Lindenweg %d",
			phone: "+49302312500%02d", currency: "EUR", name: givenFirst, payment: [2]string{"SEPA-Lastschrift", "Überweisung"},
			tariff: [3]int64{1499, 3495, 1200},
			people: [12]person{
				{"Anna", "Krüger", "anna.krueger"}, {"Jörg", "Krüger", "joerg.krueger"}, {"Lena", "Krüger", "lena.krueger"},
				{"Ulrich", "Weiß", "ulrich.weiss"}, {"Käthe", "Schröder", "kaethe.schroeder"}, {"Björn", "Petersen", "bjoern.petersen"},
				{"Marlene", "Groß", "marlene.gross"}, {"Günther", "Lange", "guenther.lange"}, {"Sabine", "Jäger", "sabine.jaeger"},
				{"Tilo", "Möller", "tilo.moeller"}, {"Frieda", "Döring", "frieda.doering"}, {"Kai-Uwe", "Brandt", "kai-uwe.brandt"},
			},
			organization: person{"Bäckerei Sonnenaufgang GmbH", "", "baeckerei.sonnenaufgang"},
			talks: [2]talk{
				{"Internet fällt abends aus", "Seit Montag ist das Internet jeden Abend ab acht Uhr weg.", "Wir haben die Leitung gemessen und im Verteiler einen Stecker getauscht. Es sollte jetzt halten."},
				{"Betrag doppelt abgebucht", "Der Betrag für diesen Monat wurde zweimal abgebucht.", "Das stimmt, entschuldigen Sie bitte. Der zweite Betrag wird zurückgebucht."},
			},
			posts: [3]post{
				{"Drei Monate Glasfaser von Meridian, kein einziger Ausfall. Danke!", 0.8},
				{"Weiß jemand, wann Meridian in Köpenick Glasfaser verlegt?", 0},
				{"Zwanzig Minuten Warteschleife bei Meridian. Das geht besser.", -0.6},
			},
		},
		{
			language: "fr", timeZone: "Europe/Paris", country: "FR", locality: "Nantes", postalCode: "44000", street: "%d rue des Lilas",
			phone: "+332619100%02d", currency: "EUR", name: givenFirst, payment: [2]string{"prélèvement SEPA", "carte bancaire"},
			tariff: [3]int64{1599, 3299, 1000},
			people: [12]person{
				{"Élodie", "Marchand", "elodie.marchand"}, {"Benoît", "Marchand", "benoit.marchand"}, {"Zoé", "Marchand", "zoe.marchand"},
				{"François", "Lemaître", "francois.lemaitre"}, {"Hélène", "Pelletier", "helene.pelletier"}, {"Loïc", "Guégan", "loic.guegan"},
				{"Chloé", "Tessier", "chloe.tessier"}, {"Mathéo", "Vasseur", "matheo.vasseur"}, {"Océane", "Brunel", "oceane.brunel"},
				{"Gaël", "Rivoal", "gael.rivoal"}, {"Noémie", "Hamon", "noemie.hamon"}, {"Désiré", "Kouassi", "desire.kouassi"},
			},
			organization: person{"Librairie du Vieux Port SARL", "", "librairie.vieux.port"},
			talks: [2]talk{
				{"Connexion très lente", "La connexion est très lente depuis la mise à jour de la box.", "Nous avons remis l'ancienne version. Pouvez-vous redémarrer la box ?"},
				{"Changer de forfait", "Je voudrais passer au forfait supérieur sans perdre mon numéro.", "C'est fait, le nouveau forfait commence le premier du mois."},
			},
			posts: [3]post{
				{"Le technicien de Meridian est venu à l'heure. Ça mérite d'être dit.", 0.7},
				{"Meridian ou autre chose pour la fibre à Nantes ?", 0.1},
				{"Encore une hausse de tarif chez Meridian…", -0.7},
			},
		},
		{
			language: "pl", timeZone: "Europe/Warsaw", country: "PL", locality: "Kraków", postalCode: "30-001", street: "ul. Klonowa %d",
			phone: "+482200000%02d", currency: "PLN", name: givenFirst, payment: [2]string{"BLIK", "polecenie zapłaty"},
			tariff: [3]int64{4500, 8900, 3500},
			people: [12]person{
				{"Małgorzata", "Dąbek", "malgorzata.dabek"}, {"Łukasz", "Dąbek", "lukasz.dabek"}, {"Hania", "Dąbek", "hania.dabek"},
				{"Zbigniew", "Żurawski", "zbigniew.zurawski"}, {"Agnieszka", "Ślusarczyk", "agnieszka.slusarczyk"}, {"Paweł", "Gołąb", "pawel.golab"},
				{"Świętosława", "Mróz", "swietoslawa.mroz"}, {"Michał", "Jabłonowski", "michal.jablonowski"}, {"Żaneta", "Piątek", "zaneta.piatek"},
				{"Grażyna", "Wójt", "grazyna.wojt"}, {"Błażej", "Cichoń", "blazej.cichon"}, {"Józef", "Bąk", "jozef.bak"},
			},
			organization: person{"Piekarnia Złoty Kłos sp. z o.o.", "", "piekarnia.zloty.klos"},
			talks: [2]talk{
				{"Brak sygnału telewizji", "Od wczoraj nie działa żaden kanał.", "Wymieniliśmy wzmacniacz w budynku, proszę zrestartować dekoder."},
				{"Faktura na firmę", "Proszę wystawiać faktury na firmę.", "Zmienione, następna faktura będzie już na firmę."},
			},
			posts: [3]post{
				{"Meridian naprawił łącze w godzinę. Szacunek.", 0.8},
				{"Ktoś ma światłowód od Meridiana na Podgórzu?", 0},
				{"Trzeci raz w tym tygodniu nie działa mi internet od Meridiana.", -0.8},
			},
		},
		{
			language: "ru", timeZone: "Europe/Moscow", country: "RU", locality: "Москва", postalCode: "101000", street: "Кленовая улица, %d",
			phone: "+749500000%02d", currency: "RUB", name: givenFirst, payment: [2]string{"банковская карта", "счёт телефона"},
			tariff: [3]int64{45000, 65000, 29900},
			people: [12]person{
				{"Ольга", "Рябинина", "olga.ryabinina"}, {"Сергей", "Рябинин", "sergey.ryabinin"}, {"Даша", "Рябинина", "dasha.ryabinina"},
				{"Фёдор", "Щукин", "fedor.schukin"}, {"Наталья", "Жаворонкова", "natalya.zhavoronkova"}, {"Артём", "Ёлкин", "artem.yolkin"},
				{"Людмила", "Березина", "lyudmila.berezina"}, {"Игорь", "Цветков", "igor.tsvetkov"}, {"Ксения", "Юрьева", "kseniya.yuryeva"},
				{"Тимур", "Хабибуллин", "timur.khabibullin"}, {"Вера", "Лугова", "vera.lugova"}, {"Глеб", "Мартынюк", "gleb.martynyuk"},
			},
			organization: person{"ООО «Тёплый дом»", "", "teplyi.dom"},
			talks: [2]talk{
				{"Не работает роутер", "После грозы роутер не включается.", "Заменим бесплатно, курьер приедет завтра после шести."},
				{"Как подключить спортивные каналы", "Хочу смотреть футбол, какие пакеты есть?", "Пакет «Спорт» подключён, первый месяц бесплатно."},
			},
			posts: [3]post{
				{"Перешёл на Меридиан, скорость честная.", 0.6},
				{"У кого Меридиан, как поддержка?", 0},
				{"Меридиан, третий звонок за день с рекламой. Хватит!", -0.9},
			},
		},
		{
			language: "en-GB", timeZone: "Europe/London", country: "GB", locality: "Leeds", postalCode: "LS1 1AA", street: "%d Orchard Terrace",
			phone: "+4477009000%02d", currency: "GBP", name: givenFirst, payment: [2]string{"Direct Debit", "card"},
			tariff: [3]int64{1200, 3200, 1500},
			people: [12]person{
				{"Siân", "Hartley", "sian.hartley"}, {"Oliver", "Hartley", "oliver.hartley"}, {"Poppy", "Hartley", "poppy.hartley"},
				{"Niamh", "O’Dowd", "niamh.odowd"}, {"Callum", "Firth", "callum.firth"}, {"Priya", "Mistry", "priya.mistry"},
				{"Graham", "Ackroyd", "graham.ackroyd"}, {"Zoë", "Thackray", "zoe.thackray"}, {"Kwame", "Boateng-Lee", "kwame.boateng-lee"},
				{"Maureen", "Sugden", "maureen.sugden"}, {"Tariq", "Mahmood", "tariq.mahmood"}, {"Beatrix", "Holroyd", "beatrix.holroyd"},
			},
			organization: person{"Kettle & Crumb Tea Rooms Ltd", "", "kettle.and.crumb"},
			talks: [2]talk{
				{"Landline crackles when it rains", "Every time it rains the landline crackles.", "There was water in the joint outside your house. It has been sealed."},
				{"Moving house next month", "We move on the 14th, can the broadband move with us?", "Booked: it is switched over on the morning of the 14th."},
			},
			posts: [3]post{
				{"Fair play to Meridian, sorted on the first call.", 0.7},
				{"Anyone on Meridian in LS6? What speeds do you get?", 0.1},
				{"On hold with Meridian for 35 minutes and counting.", -0.7},
			},
		},
		{
			language: "sv", timeZone: "Europe/Stockholm", country: "SE", locality: "Stockholm", postalCode: "111 22", street: "Björkvägen %d",
			phone: "+468465004%02d", currency: "SEK", name: givenFirst, payment: [2]string{"autogiro", "e-faktura"},
			tariff: [3]int64{19900, 44900, 14900},
			people: [12]person{
				{"Åsa", "Sjöberg", "asa.sjoberg"}, {"Göran", "Sjöberg", "goran.sjoberg"}, {"Märta", "Sjöberg", "marta.sjoberg"},
				{"Örjan", "Hägg", "orjan.hagg"}, {"Annika", "Löfgren", "annika.lofgren"}, {"Pär", "Ekström", "par.ekstrom"},
				{"Leyla", "Ahmadi", "leyla.ahmadi"}, {"Börje", "Nyström", "borje.nystrom"}, {"Tuva", "Åkerblad", "tuva.akerblad"},
				{"Sixten", "Ring", "sixten.ring"}, {"Elin", "Västberg", "elin.vastberg"}, {"Jöns", "Dahlgren", "jons.dahlgren"},
			},
			organization: person{"Fjärilens Förskola AB", "", "fjarilens.forskola"},
			talks: [2]talk{
				{"Bredbandet hackar", "Bredbandet hackar varje kväll.", "Vi har bytt port i stationen, hör av dig om det inte hjälper."},
				{"Vill säga upp tv-paketet", "Jag tittar aldrig, kan jag säga upp tv-paketet?", "Det är uppsagt till månadsskiftet."},
			},
			posts: [3]post{
				{"Meridian ringde tillbaka precis när de lovade.", 0.6},
				{"Har någon Meridian på landet?", 0},
				{"Meridians app loggar ut mig varje dag.", -0.4},
			},
		},
		{
			language: "el", timeZone: "Europe/Athens", country: "GR", locality: "Θεσσαλονίκη", postalCode: "546 21", street: "Οδός Ελιάς %d",
			phone: "+3021000000%02d", currency: "EUR", name: givenFirst, payment: [2]string{"πάγια εντολή", "κάρτα"},
			tariff: [3]int64{1350, 2990, 1100},
			people: [12]person{
				{"Ελένη", "Μαυρίδου", "eleni.mavridou"}, {"Νίκος", "Μαυρίδης", "nikos.mavridis"}, {"Δάφνη", "Μαυρίδου", "dafni.mavridou"},
				{"Θανάσης", "Καρράς", "thanasis.karras"}, {"Ζωή", "Λιανού", "zoi.lianou"}, {"Σπύρος", "Ψαράς", "spyros.psaras"},
				{"Ιωάννα", "Δούκα", "ioanna.douka"}, {"Μιχάλης", "Ξενάκος", "michalis.xenakos"}, {"Χαρά", "Τσολάκη", "chara.tsolaki"},
				{"Άγγελος", "Φωτίου", "angelos.fotiou"}, {"Όλγα", "Ρήγα", "olga.riga"}, {"Πέτρος", "Βλάχος", "petros.vlachos"},
			},
			organization: person{"Ταβέρνα Η Γωνιά", "", "taverna.gonia"},
			talks: [2]talk{
				{"Δεν λειτουργεί το τηλέφωνο", "Το σταθερό δεν έχει σήμα από χθες.", "Η βλάβη αποκαταστάθηκε, ζητούμε συγγνώμη."},
				{"Ερώτηση για τον λογαριασμό", "Γιατί είναι πιο ακριβός αυτόν τον μήνα;", "Έληξε η έκπτωση. Σας στείλαμε νέα προσφορά."},
			},
			posts: [3]post{
				{"Η Meridian με εξυπηρέτησε αμέσως!", 0.7},
				{"Πόσο κάνει η οπτική ίνα της Meridian;", 0},
				{"Δύο μέρες χωρίς ίντερνετ, Meridian μας ακούς;", -0.8},
			},
		},
		{
			language: "tr", timeZone: "Europe/Istanbul", country: "TR", locality: "İzmir", postalCode: "35000", street: "Zeytin Sokak No: %d",
			phone: "+9023200000%02d", currency: "TRY", name: givenFirst, payment: [2]string{"kredi kartı", "otomatik ödeme"},
			tariff: [3]int64{32000, 74990, 19990},
			people: [12]person{
				{"Ayşe", "Günaydın", "ayse.gunaydin"}, {"İbrahim", "Günaydın", "ibrahim.gunaydin"}, {"Şule", "Günaydın", "sule.gunaydin"},
				{"Çağlar", "Işıklı", "caglar.isikli"}, {"Gülşen", "Öztaş", "gulsen.oztas"}, {"Oğuz", "Şimşekli", "oguz.simsekli"},
				{"Nazlı", "Yıldırımoğlu", "nazli.yildirimoglu"}, {"Uğur", "Keçeci", "ugur.kececi"}, {"Büşra", "Çınarlı", "busra.cinarli"},
				{"Halil", "Ağaçlı", "halil.agacli"}, {"Derya", "Ümitli", "derya.umitli"}, {"Işıl", "Tütüncü", "isil.tutuncu"},
			},
			organization: person{"Güneş Fırını Ltd. Şti.", "", "gunes.firini"},
			talks: [2]talk{
				{"İnternet çok yavaş", "Akşamları internet çok yavaş.", "Hattınızı yeni santrale aldık, lütfen tekrar deneyin."},
				{"Faturamı anlamadım", "Faturada bilmediğim bir kalem var.", "Bu, geçen ayın fark tutarı. Ayrıntısını e-posta ile gönderdik."},
			},
			posts: [3]post{
				{"Meridian müşteri hizmetleri gerçekten ilgili.", 0.7},
				{"Meridian fiber kullanan var mı?", 0},
				{"Meridian yine çöktü, işim yarım kaldı.", -0.8},
			},
		},
	}
}
